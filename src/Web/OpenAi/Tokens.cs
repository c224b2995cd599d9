using MlxActors.Http.Errors;
using MlxActors.Http.Json;
using MlxActors.Models.Text;
using MlxActors.Web.Engine;
using MlxActors.Web.OpenAi.Errors;
using MlxActors.Web.OpenAi.Parsing;

namespace MlxActors.Web.OpenAi;

/// <summary><c>POST /tokenize</c> and <c>POST /detokenize</c>; neither needs the model itself.</summary>
internal sealed class Tokens(Tokenizers tokenizers)
{
    public async Task TokenizeAsync(HttpContext context)
    {
        var call = await JsonBody.ReadAsync(context.Request, TokenizeDecoder.Tokenize);
        await call
            .Bind(call => tokenizers.Find(call.Model).Map(known => (Call: call, Known: known)).MapError(error => error.ToApiError()))
            .Match(ready => AnswerAsync(ready.Call, ready.Known, context.Response), context.Response.WriteAsync);
    }

    public async Task DetokenizeAsync(HttpContext context)
    {
        var call = await JsonBody.ReadAsync(context.Request, TokenizeDecoder.Detokenize);
        await call
            .Bind(call => tokenizers.Find(call.Model).MapError(error => error.ToApiError())
                .Bind<string>(known => UnknownOf(call.Tokens, known.Tokenizer) is { } unknown
                    ? Faults.Invalid("tokens", $"the model has no token {unknown}.")
                    : known.Tokenizer.Decode(call.Tokens)))
            .Match(
                text => context.Response.WriteJsonAsync(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("prompt"u8, text);
                    json.WriteEndObject();
                }),
                context.Response.WriteAsync);
    }

    private static int? UnknownOf(IEnumerable<int> tokens, HuggingFaceTokenizer tokenizer) =>
        tokens.Where(token => tokenizer.TokenOf(token) is null).Select(token => (int?)token).FirstOrDefault();

    private static Task AnswerAsync(TokenizeCall call, ModelTokenizer known, HttpResponse response)
    {
        var tokens = call.AddSpecial ? known.Tokenizer.EncodeRaw(call.Text) : known.Tokenizer.Encode(call.Text, []);
        return response.WriteJsonAsync(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("count"u8, tokens.Length);
            if (known.ContextWindow is { } window)
            {
                json.WriteNumber("max_model_len"u8, window);
            }
            else
            {
                json.WriteNull("max_model_len"u8);
            }
            json.WriteStartArray("tokens"u8);
            foreach (var token in tokens)
            {
                json.WriteNumberValue(token);
            }
            json.WriteEndArray();
            if (call.WithTexts)
            {
                json.WriteStartArray("token_strs"u8);
                foreach (var token in tokens)
                {
                    json.WriteStringValue(known.Tokenizer.TokenOf(token));
                }
                json.WriteEndArray();
            }
            json.WriteEndObject();
        });
    }
}
