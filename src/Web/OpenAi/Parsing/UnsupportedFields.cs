using System.Collections.Immutable;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>
/// Fields whose effect the server does not have. They are checked as if it had; then a value that would change the answer is refused, and
/// one that changes nothing (the default, an empty list) is let through.
/// </summary>
internal static class UnsupportedFields
{
    private static readonly ImmutableArray<string> WithoutDefault =
        ["functions", "function_call", "audio", "web_search_options", "moderation"];

    public static ImmutableArray<string> Names { get; } =
    ["modalities", "reasoning_effort", "verbosity", .. WithoutDefault];

    public static void Refuse(ObjectReader body)
    {
        var modalities = body.OptionalValue("modalities", Decode.ListOf(Decode.OneOf("text", "audio"))) ?? [];
        var effort = body.Optional("reasoning_effort", Decode.Text) ?? "none";
        var verbosity = body.Optional("verbosity", Decode.OneOf("low", "medium", "high")) ?? "medium";

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
}
