using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Http.Errors;
using MlxActors.Native.Results;

namespace MlxActors.Web.OpenAi.Parsing;

/// <param name="AddSpecial">Whether the tokens come with what belongs around a text, such as Gemma's <c>&lt;bos&gt;</c>.</param>
/// <param name="WithTexts">Whether each token's spelling is wanted too.</param>
internal sealed record TokenizeCall(string Model, string Text, bool AddSpecial, bool WithTexts);

internal sealed record DetokenizeCall(string Model, ImmutableArray<int> Tokens);

/// <summary>The bodies of <c>POST /tokenize</c> and <c>POST /detokenize</c>, which OpenAI does not have, with vLLM's names.</summary>
internal static class TokenizeDecoder
{
    public static Result<TokenizeCall, ApiError> Tokenize(JsonElement root)
    {
        var body = new ObjectReader(root, "");
        var model = body.Required("model", SharedFields.Model);
        var text = body.Required("prompt", Decode.Text);
        var addSpecial = body.OptionalValue("add_special_tokens", Decode.Boolean) ?? true;
        var withTexts = body.OptionalValue("return_token_strs", Decode.Boolean) ?? false;
        return body.Finish(() => new TokenizeCall(model, text, addSpecial, withTexts));
    }

    public static Result<DetokenizeCall, ApiError> Detokenize(JsonElement root)
    {
        var body = new ObjectReader(root, "");
        var model = body.Required("model", SharedFields.Model);
        var tokens = body.Required("tokens", CompletionDecoder.TokenList);
        return body.Finish(() => new DetokenizeCall(model, tokens));
    }
}
