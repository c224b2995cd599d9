using System.Collections.Immutable;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>Fields that only describe a request and change nothing in the answer: checked for their type, and left at that.</summary>
internal static class DescriptiveFields
{
    private static readonly ImmutableArray<string> Texts =
        ["user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "service_tier"];

    public static ImmutableArray<string> Names { get; } = [.. Texts, "metadata", "store", "prediction", "prompt_cache_options"];

    public static void Check(ObjectReader body)
    {
        foreach (var name in Texts)
        {
            body.Optional(name, Decode.Text);
        }
        body.OptionalValue("metadata", Decode.Object);
        body.OptionalValue("store", Decode.Boolean);
        body.OptionalValue("prediction", Decode.Object);

        // What is kept of prompts is the server's own affair.
        body.OptionalValue("prompt_cache_options", Decode.Object);
    }
}
