using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MlxActors.Generation;
using MlxActors.Generation.Sampling;
using MlxActors.Http.Errors;
using MlxActors.Native.Results;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>The fields by which tokens are chosen, and those that tell how likely they were.</summary>
internal static class SamplingDecoder
{
    private const int MostTopLogprobs = 20;

    // Of the penalty that is no field of OpenAI's: far beyond what anyone uses, and never zero, which it divides by.
    private const double LeastRepetition = 0.01;
    private const double MostRepetition = 100;

    public static ImmutableArray<string> Names { get; } =
    [
        "temperature", "top_p", "top_k", "min_p", "seed", "repetition_penalty", "presence_penalty", "frequency_penalty", "logit_bias",
        "logprobs", "top_logprobs",
    ];

    public static SamplingOptions Read(ObjectReader body)
    {
        var temperature = body.OptionalValue("temperature", Decode.Decimal(0, 2));
        var topP = body.OptionalValue("top_p", Decode.Decimal(0, 1));
        var topK = body.OptionalValue("top_k", Decode.Integer(-1, int.MaxValue));
        var minP = body.OptionalValue("min_p", Decode.Decimal(0, 1));
        var seed = body.OptionalValue("seed", Decode.Integer());

        // Servers of this kind take both 0 and -1 as "all tokens".
        var mostTokens = topK is { } k ? (int)Math.Max(0, k) : (int?)null;
        return new SamplingOptions(temperature, topP, mostTokens, minP, seed is { } s ? unchecked((ulong)s) : null)
        {
            RepetitionPenalty = body.OptionalValue("repetition_penalty", Decode.Decimal(LeastRepetition, MostRepetition)),
            PresencePenalty = body.OptionalValue("presence_penalty", Decode.Decimal(-2, 2)),
            FrequencyPenalty = body.OptionalValue("frequency_penalty", Decode.Decimal(-2, 2)),
            LogitBias = body.OptionalValue("logit_bias", Biases) ?? [],
        };
    }

    /// <summary>How many of the most likely tokens are wanted beside the chosen one's probability; null: neither.</summary>
    public static int? ReadTopLogprobs(ObjectReader body)
    {
        var logprobs = body.OptionalValue("logprobs", Decode.Boolean) ?? false;
        var top = body.OptionalValue("top_logprobs", Decode.Integer(0, MostTopLogprobs));
        body.Demand(
            () => logprobs || top is null,
            () => ApiError.BadRequest("The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.", "top_logprobs"));
        return logprobs ? (int)(top ?? 0) : null;
    }

    private static Result<ImmutableArray<TokenBias>, ApiError> Biases(JsonElement value, string path) =>
        Decode.Object(value, path).Bind(map => BiasesOf(map, path));

    private static Result<ImmutableArray<TokenBias>, ApiError> BiasesOf(JsonElement map, string path)
    {
        var biases = ImmutableArray.CreateBuilder<TokenBias>();
        foreach (var entry in map.EnumerateObject())
        {
            var entryPath = $"{path}.{entry.Name}";
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var token))
            {
                return Faults.Invalid(entryPath, "the key is not a token id.");
            }
            switch (Decode.Decimal(-100, 100)(entry.Value, entryPath))
            {
                case Result<double, ApiError>.Ok(var bias):
                    biases.Add(new TokenBias(token, (float)bias));
                    break;
                case Result<double, ApiError>.Error(var fault):
                    return fault;
            }
        }
        return biases.ToImmutable();
    }
}
