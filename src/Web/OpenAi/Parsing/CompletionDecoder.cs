using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Generation;
using MlxActors.Http.Errors;
using MlxActors.Models.Chat;
using MlxActors.Native.Results;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>A text completion as a client asks for it.</summary>
/// <param name="Request">The first answer to the first prompt.</param>
/// <param name="Prompts">Each is answered <paramref name="Choices"/> times.</param>
/// <param name="Echo">Whether an answer begins with its prompt.</param>
internal sealed record CompletionCall(
    GenerationRequest Request, ImmutableArray<Prompt> Prompts, int Choices, bool Echo, bool Stream, bool IncludeUsage);

/// <summary>The body of <c>POST /v1/completions</c>.</summary>
internal static class CompletionDecoder
{
    private const int MostLogprobs = 5;
    private const int DefaultMaxTokens = 16;

    private static readonly Decoder<int> Token = (value, path) => Decode.Integer(0, int.MaxValue)(value, path).Map(token => (int)token);

    private static readonly Decoder<ImmutableArray<int>> Tokens = (value, path) => Decode.ListOf(Token)(value, path).Bind(tokens =>
        tokens.IsEmpty ? Faults.EmptyArray(path) : Result.Ok<ImmutableArray<int>, ApiError>(tokens));

    /// <summary>A list of tokens that may be empty.</summary>
    public static Decoder<ImmutableArray<int>> TokenList { get; } = Decode.ListOf(Token);

    public static Result<CompletionCall, ApiError> Read(JsonElement root, RequestId id)
    {
        var body = new ObjectReader(root, "");
        var model = body.Required("model", SharedFields.Model);
        var prompts = body.Required<ImmutableArray<Prompt>>("prompt", Prompts);
        var sampling = SamplingDecoder.Read(body);
        var logprobs = body.OptionalValue("logprobs", Decode.Integer(0, MostLogprobs));
        var maxTokens = (int)(body.OptionalValue("max_tokens", Decode.Integer(1, int.MaxValue)) ?? DefaultMaxTokens);
        var stop = SharedFields.Stop(body);
        var echo = body.OptionalValue("echo", Decode.Boolean) ?? false;
        var choices = SharedFields.Choices(body);
        var (stream, includeUsage) = SharedFields.Streaming(body);
        var timingsPerToken = SharedFields.TimingsPerToken(body);
        var suffix = body.Optional("suffix", Decode.Text) ?? "";
        var candidates = body.OptionalValue("best_of", Decode.Integer(1, 20)) ?? 1;
        DescriptiveFields.Check(body);
        body.Demand(() => suffix.Length == 0, () => Faults.NotSupported("suffix", "to fill in before a text is"));
        body.Demand(() => candidates == 1, () => Faults.NotSupported("best_of", "to choose among several candidates is"));

        // The probabilities of a prompt's own tokens are not kept.
        body.Demand(() => !echo || logprobs is null, () => Faults.NotSupported("echo", "an echo with 'logprobs' is"));
        return body.Finish(() => new CompletionCall(
            new GenerationRequest(id, model, prompts[0], sampling, maxTokens, stop)
            {
                TopLogprobs = (int?)logprobs,
                TimingsPerToken = timingsPerToken,
            },
            prompts,
            choices,
            echo,
            stream,
            includeUsage));
    }

    // One text, several, the tokens of one, or those of several.
    private static Result<ImmutableArray<Prompt>, ApiError> Prompts(JsonElement value, string path) => value.ValueKind switch
    {
        JsonValueKind.String => Decode.Text(value, path).Map(text => ImmutableArray.Create<Prompt>(new RawText(text))),
        JsonValueKind.Array when value.GetArrayLength() == 0 => Faults.EmptyArray(path),
        JsonValueKind.Array => value[0].ValueKind switch
        {
            JsonValueKind.String => Decode.ListOf(Decode.Text)(value, path)
                .Map(texts => ImmutableArray.CreateRange<Prompt>(texts.Select(text => new RawText(text)))),
            JsonValueKind.Array => Decode.ListOf(Tokens)(value, path)
                .Map(lists => ImmutableArray.CreateRange<Prompt>(lists.Select(tokens => new RawTokens(tokens)))),
            _ => Tokens(value, path).Map(tokens => ImmutableArray.Create<Prompt>(new RawTokens(tokens))),
        },
        _ => Faults.WrongType(path, "a string, an array of strings, or tokens", value),
    };
}
