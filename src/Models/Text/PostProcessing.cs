using System.Collections.Immutable;

namespace MlxActors.Models.Text;

/// <summary>The tokens that the file's <c>post_processor</c> puts around a text that no chat template has rendered.</summary>
internal sealed record PostProcessing(ImmutableArray<int> Before, ImmutableArray<int> After)
{
    public static PostProcessing None { get; } = new([], []);

    public static PostProcessing Read(JsonNode node) => node.IsNull ? None : node.Type switch
    {
        // Moves offsets only.
        "ByteLevel" => None,
        "TemplateProcessing" => ReadTemplate(node),
        _ => throw node["type"].Wrong("\"TemplateProcessing\" or \"ByteLevel\""),
    };

    private static PostProcessing ReadTemplate(JsonNode node)
    {
        var before = ImmutableArray.CreateBuilder<int>();
        var after = ImmutableArray.CreateBuilder<int>();
        var side = before;
        foreach (var item in node["single"].Items())
        {
            if (!item["Sequence"].IsNull)
            {
                side = after;
                continue;
            }
            var name = item["SpecialToken"]["id"].Text();
            side.AddRange(node["special_tokens"][name]["ids"].Items().Select(id => id.Id()));
        }
        return new PostProcessing(before.ToImmutable(), after.ToImmutable());
    }
}
