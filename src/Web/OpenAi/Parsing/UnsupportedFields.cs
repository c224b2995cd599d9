using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MlxActors.Native.Results;
using MlxActors.Web.OpenAi.Errors;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>
/// Fields whose effect the server does not have. They are checked as if it had; then a value that would change the answer is refused, and
/// one that changes nothing (the default, an empty list) is let through.
/// </summary>
internal static class UnsupportedFields
{
    private const int MostChoices = 128;

    private static readonly ImmutableArray<string> WithoutDefault = ["functions", "function_call", "audio", "web_search_options"];

    public static ImmutableArray<string> Names { get; } =
    [
        "n", "presence_penalty", "frequency_penalty", "logit_bias", "logprobs", "top_logprobs", "response_format", "modalities", "reasoning_effort", "verbosity", .. WithoutDefault,
    ];

    public static void Refuse(ObjectReader body)
    {
        var choices = body.OptionalValue("n", Decode.Integer(1, MostChoices)) ?? 1;
        var presence = body.OptionalValue("presence_penalty", Decode.Decimal(-2, 2)) ?? 0;
        var frequency = body.OptionalValue("frequency_penalty", Decode.Decimal(-2, 2)) ?? 0;
        var biased = body.OptionalValue("logit_bias", HasBias) ?? false;
        var logprobs = Logprobs(body);
        var format = body.Optional("response_format", ResponseFormatDecoder.Format) ?? "text";
        var modalities = body.OptionalValue("modalities", Decode.ListOf(Decode.OneOf("text", "audio"))) ?? [];
        var effort = body.Optional("reasoning_effort", Decode.Text) ?? "none";
        var verbosity = body.Optional("verbosity", Decode.OneOf("low", "medium", "high")) ?? "medium";

        Demand(body, choices == 1, "n", "more than one choice is");
        Demand(body, presence == 0, "presence_penalty", "penalties are");
        Demand(body, frequency == 0, "frequency_penalty", "penalties are");
        Demand(body, !biased, "logit_bias", "biases are");
        Demand(body, !logprobs, "logprobs", "log probabilities are");
        Demand(body, format == "text", "response_format", $"the format '{format}' is");
        Demand(body, !modalities.Contains("audio"), "modalities", "audio output is");
        Demand(body, effort == "none", "reasoning_effort", "an effort other than 'none' is");
        Demand(body, verbosity == "medium", "verbosity", "a verbosity other than 'medium' is");
        foreach (var name in WithoutDefault)
        {
            Demand(body, !body.Has(name), name, "this field is");
        }
    }

    private static void Demand(ObjectReader body, bool holds, string name, string what) =>
        body.Demand(() => holds, () => Faults.NotSupported(name, what));

    private static bool Logprobs(ObjectReader body)
    {
        var logprobs = body.OptionalValue("logprobs", Decode.Boolean) ?? false;
        var top = body.OptionalValue("top_logprobs", Decode.Integer(0, 20));
        body.Demand(
            () => logprobs || top is null,
            () => ApiError.BadRequest("The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.", "top_logprobs"));
        return logprobs;
    }

    // Whether any token's logit would move.
    private static Result<bool, ApiError> HasBias(JsonElement value, string path) => Decode.Object(value, path).Bind(bias =>
    {
        var moved = false;
        foreach (var entry in bias.EnumerateObject())
        {
            var entryPath = $"{path}.{entry.Name}";
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                return Faults.Invalid(entryPath, "the key is not a token id.");
            }
            switch (Decode.Decimal(-100, 100)(entry.Value, entryPath))
            {
                case Result<double, ApiError>.Ok(var shift):
                    moved |= shift != 0;
                    break;
                case Result<double, ApiError>.Error(var fault):
                    return fault;
            }
        }
        return Result.Ok<bool, ApiError>(moved);
    });
}
