namespace MlxActors.Models.Text;

/// <summary>How the file's <c>pre_tokenizer</c> cuts normalized text into pieces that are merged each by itself.</summary>
internal abstract record PreTokenization
{
    private PreTokenization()
    {
    }

    /// <summary>The end of the piece that begins at <paramref name="start"/>; always after it.</summary>
    public abstract int PieceEnd(ReadOnlySpan<char> text, int start);

    /// <summary>The file's way to cut, and whether symbols are bytes.</summary>
    public static (PreTokenization Split, bool ByteLevel) Read(JsonNode node)
    {
        PreTokenization? split = null;
        var byteLevel = false;
        foreach (var step in node.IsNull ? [] : node.Type == "Sequence" ? node["pretokenizers"].Items() : [node])
        {
            switch (step.Type)
            {
                case "Split" when split is null && !byteLevel:
                    split = ReadSplit(step);
                    break;
                case "ByteLevel" when !byteLevel:
                    step["use_regex"].Expect(!step["use_regex"].Flag(absent: true), "false, the pattern being given as a \"Split\"");
                    step["add_prefix_space"].Expect(!step["add_prefix_space"].Flag(absent: true), "false");
                    byteLevel = true;
                    break;
                default:
                    throw step["type"].Wrong("at most one \"Split\", then at most one \"ByteLevel\"");
            }
        }
        return (split ?? new Whole(), byteLevel);
    }

    private static PreTokenization ReadSplit(JsonNode node)
    {
        var (regex, literal, behavior) = (node["pattern"]["Regex"], node["pattern"]["String"], node["behavior"]);
        node["invert"].Expect(!node["invert"].Flag(absent: false), "false");
        if (!regex.IsNull)
        {
            // Only a pattern with a scanner of its own: .NET's expressions see UTF-16 units where the reference sees characters, and one
            // from a file could backtrack without end.
            regex.Expect(regex.Text() == QwenWords.Pattern, $"the pattern {QwenWords.Pattern}");
            behavior.Expect(behavior.Text() == "Isolated", "\"Isolated\"");
            return new Words();
        }
        literal.Expect(literal.Text().Length > 0, "at least one character");
        behavior.Expect(behavior.Text() == "MergedWithPrevious", "\"MergedWithPrevious\"");
        return new After(literal.Text());
    }

    /// <summary>No cut.</summary>
    public sealed record Whole : PreTokenization
    {
        public override int PieceEnd(ReadOnlySpan<char> text, int start) => text.Length;
    }

    /// <summary>A cut after each occurrence of a string.</summary>
    public sealed record After(string Pattern) : PreTokenization
    {
        public override int PieceEnd(ReadOnlySpan<char> text, int start) =>
            text[start..].IndexOf(Pattern, StringComparison.Ordinal) is >= 0 and var at ? start + at + Pattern.Length : text.Length;
    }

    /// <summary>Words as Qwen cuts them.</summary>
    public sealed record Words : PreTokenization
    {
        public override int PieceEnd(ReadOnlySpan<char> text, int start) => QwenWords.WordEnd(text, start);
    }
}
