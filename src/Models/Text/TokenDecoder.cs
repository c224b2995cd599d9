using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace MlxActors.Models.Text;

/// <summary>Joins the spellings of tokens to text, one token at a time; one for each run of tokens.</summary>
internal abstract class TokenDecoder
{
    private const char Broken = '\uFFFD';

    private TokenDecoder()
    {
    }

    /// <summary>True while text is held back until more tokens decide it.</summary>
    public abstract bool Holds { get; }

    /// <summary>The text that this token completes, perhaps none.</summary>
    public abstract string Add(string token);

    /// <summary>What was held back, broken characters as U+FFFD.</summary>
    public abstract string Flush();

    /// <summary>See <see cref="Decoding.Spaced"/>.</summary>
    public sealed class Spaced : TokenDecoder
    {
        private bool _first = true;

        public override bool Holds => false;

        public override string Add(string token)
        {
            var text = _first ? token : " " + token;
            _first = false;
            return text;
        }

        public override string Flush() => "";
    }

    /// <summary>See <see cref="Decoding.ByteLevel"/>. Holds back the bytes of a character that is not complete.</summary>
    public sealed class ByteLevel : TokenDecoder
    {
        private const int LongestOpen = 3;

        private byte[] _bytes = new byte[64];
        private int _held;

        public override bool Holds => _held > 0;

        public override string Add(string token)
        {
            var end = _held + Spell(token);
            _held = OpenLength(_bytes.AsSpan(0, end));
            var text = Encoding.UTF8.GetString(_bytes, 0, end - _held);
            _bytes.AsSpan(end - _held, _held).CopyTo(_bytes);
            return text;
        }

        public override string Flush()
        {
            var text = Encoding.UTF8.GetString(_bytes, 0, _held);
            _held = 0;
            return text;
        }

        /// <summary>
        /// Puts a token's bytes behind those held: what its characters stand for, or when one stands for nothing, its own UTF-8.
        /// </summary>
        private int Spell(string token)
        {
            var most = _held + Encoding.UTF8.GetMaxByteCount(token.Length);
            if (_bytes.Length < most)
            {
                Array.Resize(ref _bytes, most);
            }
            for (var i = 0; i < token.Length; i++)
            {
                var value = ByteSymbols.ByteOf(token[i]);
                if (value < 0)
                {
                    return Encoding.UTF8.GetBytes(token, _bytes.AsSpan(_held));
                }
                _bytes[_held + i] = (byte)value;
            }
            return token.Length;
        }

        /// <summary>How many of the last bytes begin a character without ending it.</summary>
        private static int OpenLength(ReadOnlySpan<byte> bytes)
        {
            for (var length = Math.Min(LongestOpen, bytes.Length); length > 0; length--)
            {
                if (Rune.DecodeFromUtf8(bytes[^length..], out _, out _) == System.Buffers.OperationStatus.NeedMoreData)
                {
                    return length;
                }
            }
            return 0;
        }
    }

    /// <summary>
    /// See <see cref="Decoding.Fused"/>. Holds back a run of byte tokens to its end: a byte that comes last can make all of it invalid,
    /// and then every byte of it is a broken character.
    /// </summary>
    public sealed class Fused(ImmutableArray<(string Old, string New)> replacements, bool byteFallback) : TokenDecoder
    {
        private readonly List<byte> _run = [];

        public override bool Holds => _run.Count > 0;

        public override string Add(string token)
        {
            if (byteFallback && ByteSymbols.IsFallback(token, out var value))
            {
                _run.Add(value);
                return "";
            }
            var text = token;
            foreach (var (old, replacement) in replacements)
            {
                text = text.Replace(old, replacement, StringComparison.Ordinal);
            }
            return _run.Count == 0 ? text : Flush() + text;
        }

        public override string Flush()
        {
            var run = CollectionsMarshal.AsSpan(_run);
            var text = Utf8.IsValid(run) ? Encoding.UTF8.GetString(run) : new string(Broken, run.Length);
            _run.Clear();
            return text;
        }
    }
}
