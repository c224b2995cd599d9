using System.Collections.Immutable;
using System.Text;

namespace MlxActors.Models.Text;

/// <summary>How the file's <c>decoder</c> turns tokens back into text.</summary>
internal abstract record Decoding
{
    private Decoding()
    {
    }

    /// <summary>A fresh decoder of one run of tokens.</summary>
    public abstract TokenDecoder Start();

    /// <summary>What one token stands for by itself: bytes of UTF-8, not always whole characters.</summary>
    public abstract byte[] BytesOf(string token);

    public static Decoding Read(JsonNode node) => node.IsNull ? new Spaced() : node.Type switch
    {
        "ByteLevel" => new ByteLevel(),
        "Sequence" => ReadSequence(node["decoders"]),
        _ => throw node["type"].Wrong("\"ByteLevel\" or \"Sequence\""),
    };

    private static Fused ReadSequence(JsonNode steps)
    {
        var replacements = ImmutableArray.CreateBuilder<(string, string)>();
        var byteFallback = false;
        foreach (var step in steps.Items())
        {
            switch (step.Type)
            {
                case "Replace" when !byteFallback:
                    var old = step["pattern"]["String"];
                    old.Expect(old.Text().Length > 0, "at least one character");
                    replacements.Add((old.Text(), step["content"].Text()));
                    break;
                case "ByteFallback":
                    byteFallback = true;
                    break;
                case "Fuse":
                    break;
                default:
                    throw step["type"].Wrong("\"Replace\" steps, then \"ByteFallback\" and \"Fuse\"");
            }
        }
        return new Fused(replacements.ToImmutable(), byteFallback);
    }

    /// <summary>No decoder: tokens with a space between, as the reference does.</summary>
    public sealed record Spaced : Decoding
    {
        public override TokenDecoder Start() => new TokenDecoder.Spaced();

        public override byte[] BytesOf(string token) => Encoding.UTF8.GetBytes(token);
    }

    /// <summary>The tokens spell bytes of UTF-8.</summary>
    public sealed record ByteLevel : Decoding
    {
        public override TokenDecoder Start() => new TokenDecoder.ByteLevel();

        public override byte[] BytesOf(string token) => token.All(symbol => ByteSymbols.ByteOf(symbol) >= 0)
            ? [.. token.Select(symbol => (byte)ByteSymbols.ByteOf(symbol))]
            : Encoding.UTF8.GetBytes(token);
    }

    /// <summary>The tokens are text in which strings are replaced; a run of byte tokens is UTF-8.</summary>
    public sealed record Fused(ImmutableArray<(string Old, string New)> Replacements, bool ByteFallback) : Decoding
    {
        public override TokenDecoder Start() => new TokenDecoder.Fused(Replacements, ByteFallback);

        public override byte[] BytesOf(string token) => ByteFallback && ByteSymbols.IsFallback(token, out var value)
            ? [value]
            : Encoding.UTF8.GetBytes(Replacements.Aggregate(
                token, (text, step) => text.Replace(step.Old, step.New, StringComparison.Ordinal)));
    }
}
