using System.Buffers;
using System.Text;

namespace MlxActors.Models.Text;

/// <summary>What the file's <c>normalizer</c> does to the text between added tokens.</summary>
internal abstract record Normalization
{
    private Normalization()
    {
    }

    public abstract void Append(ReadOnlySpan<char> text, ArrayBufferWriter<char> to);

    public static Normalization Read(JsonNode node)
    {
        switch (node.IsNull ? null : node.Type)
        {
            case null:
                return new None();
            case "Replace":
                var old = node["pattern"]["String"];
                old.Expect(old.Text().Length > 0, "at least one character");
                return new Replace(old.Text(), node["content"].Text());
            case "NFC":
                return NormalizationData.IsAvailable()
                    ? new Nfc()
                    : throw new TokenizerFormatException($"{node.Path}: expected a system that can do NFC, found one without ICU");
            default:
                throw node["type"].Wrong("\"Replace\" or \"NFC\"");
        }
    }

    public sealed record None : Normalization
    {
        public override void Append(ReadOnlySpan<char> text, ArrayBufferWriter<char> to) => to.Write(text);
    }

    /// <summary>Every occurrence of a string by another.</summary>
    public sealed record Replace(string Old, string New) : Normalization
    {
        public override void Append(ReadOnlySpan<char> text, ArrayBufferWriter<char> to)
        {
            if (Old.Length == 1 && New.Length == 1)
            {
                text.Replace(to.GetSpan(text.Length), Old[0], New[0]);
                to.Advance(text.Length);
                return;
            }
            while (text.IndexOf(Old, StringComparison.Ordinal) is >= 0 and var at)
            {
                to.Write(text[..at]);
                to.Write(New);
                text = text[(at + Old.Length)..];
            }
            to.Write(text);
        }
    }

    /// <summary>Canonical composition, by the tables of Unicode 9 that the reference library carries.</summary>
    public sealed record Nfc : Normalization
    {
        /// <summary>Below U+0300 every text is its own NFC.</summary>
        private const char LastPlain = '\u02FF';

        public override void Append(ReadOnlySpan<char> text, ArrayBufferWriter<char> to)
        {
            if (text.IndexOfAnyExceptInRange('\0', LastPlain) < 0)
            {
                to.Write(text);
                return;
            }
            var start = 0;
            for (var at = 0; at < text.Length;)
            {
                // A lone surrogate decodes to U+FFFD, and is written as such.
                var valid = Rune.DecodeFromUtf16(text[at..], out var rune, out var length) == OperationStatus.Done;
                if (!valid || NormalizationData.IsBarrier(rune.Value))
                {
                    Compose(text[start..at], to);
                    to.Advance(rune.EncodeToUtf16(to.GetSpan(2)));
                    start = at + length;
                }
                at += length;
            }
            Compose(text[start..], to);
        }

        private static void Compose(ReadOnlySpan<char> text, ArrayBufferWriter<char> to)
        {
            if (!text.IsEmpty)
            {
                text.TryNormalize(to.GetSpan(text.GetNormalizedLength()), out var written);
                to.Advance(written);
            }
        }
    }
}
