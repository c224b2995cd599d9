using System.Buffers;
using System.Text;

namespace MlxActors.Models.Text;

/// <summary>How a piece of text falls into the smallest tokens, from which the merges start.</summary>
internal abstract class Alphabet
{
    private Alphabet()
    {
    }

    /// <summary>Symbols that one UTF-16 unit can give at most: the three bytes of a character such as U+FFFF.</summary>
    public const int MostPerChar = 3;

    /// <param name="ids">Takes the tokens; <see cref="MostPerChar"/> for each char of the piece suffice.</param>
    /// <param name="starts">Takes, for each token, the index of the character that it is (part of).</param>
    /// <returns>The number of tokens.</returns>
    public abstract int Split(ReadOnlySpan<char> piece, Span<int> ids, Span<int> starts);

    /// <summary>One token per byte of the UTF-8 text, as in GPT-2.</summary>
    public sealed class Bytes(int[] idByByte) : Alphabet
    {
        public override int Split(ReadOnlySpan<char> piece, Span<int> ids, Span<int> starts)
        {
            var count = 0;
            Span<byte> utf8 = stackalloc byte[4];
            for (var start = 0; start < piece.Length;)
            {
                if (piece[start] < 0x80)
                {
                    (ids[count], starts[count]) = (idByByte[piece[start]], start);
                    count++;
                    start++;
                    continue;
                }
                Rune.DecodeFromUtf16(piece[start..], out var rune, out var length);
                for (int i = 0, bytes = rune.EncodeToUtf8(utf8); i < bytes; i++, count++)
                {
                    (ids[count], starts[count]) = (idByByte[utf8[i]], start);
                }
                start += length;
            }
            return count;
        }
    }

    /// <summary>
    /// One token per character; a character that the vocabulary lacks becomes its bytes, or the unknown token, or nothing.
    /// </summary>
    public sealed class Characters : Alphabet
    {
        private const int None = -1;

        private readonly Vocabulary _vocabulary;
        private readonly int[]? _idByByte;
        private readonly int _unknown;
        private readonly bool _fuseUnknown;
        private readonly int[] _idByChar = new int[char.MaxValue + 1];

        /// <param name="idByByte">The tokens of the 256 bytes, when unknown characters fall back to them.</param>
        public Characters(Vocabulary vocabulary, int[]? idByByte, int? unknown, bool fuseUnknown)
        {
            (_vocabulary, _idByByte, _unknown, _fuseUnknown) = (vocabulary, idByByte, unknown ?? None, fuseUnknown);
            for (var c = 0; c <= char.MaxValue; c++)
            {
                _idByChar[c] = vocabulary.TryGetId([(char)c], out var id) ? id : None;
            }
        }

        public override int Split(ReadOnlySpan<char> piece, Span<int> ids, Span<int> starts)
        {
            var count = 0;
            var inUnknown = false;
            for (var start = 0; start < piece.Length;)
            {
                var (id, length, rune) = Next(piece[start..]);
                if (id != None)
                {
                    (ids[count], starts[count]) = (id, start);
                    count++;
                    inUnknown = false;
                }
                else if (_idByByte is not null)
                {
                    count += SplitBytes(rune, start, ids[count..], starts[count..]);
                }
                else if (_unknown != None && !(inUnknown && _fuseUnknown))
                {
                    (ids[count], starts[count]) = (_unknown, start);
                    count++;
                    inUnknown = true;
                }
                start += length;
            }
            return count;
        }

        private (int Id, int Length, Rune Rune) Next(ReadOnlySpan<char> text)
        {
            if (!char.IsSurrogate(text[0]))
            {
                return (_idByChar[text[0]], 1, new Rune(text[0]));
            }
            // A lone surrogate counts as U+FFFD, which is what it becomes in UTF-8.
            return Rune.DecodeFromUtf16(text, out var rune, out var length) == OperationStatus.Done
                ? (_vocabulary.TryGetId(text[..length], out var id) ? id : None, length, rune)
                : (_idByChar[Rune.ReplacementChar.Value], length, Rune.ReplacementChar);
        }

        private int SplitBytes(Rune rune, int start, Span<int> ids, Span<int> starts)
        {
            Span<byte> utf8 = stackalloc byte[4];
            var count = rune.EncodeToUtf8(utf8);
            for (var i = 0; i < count; i++)
            {
                (ids[i], starts[i]) = (_idByByte![utf8[i]], start);
            }
            return count;
        }
    }
}
