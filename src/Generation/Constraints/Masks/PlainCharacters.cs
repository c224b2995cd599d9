using System.Buffers;
using System.Text;

namespace MlxActors.Generation.Constraints.Masks;

/// <summary>Characters that stand for themselves in a string, each on its own: all but controls, the quote and the backslash.</summary>
internal static class PlainCharacters
{
    /// <summary>UTF-8 by its first byte: what the second may be, and how many more follow (RFC 3629).</summary>
    private static readonly (byte First, byte Last, byte Low, byte High, int More)[] Longer =
    [
        (0xC2, 0xDF, 0x80, 0xBF, 0), (0xE0, 0xE0, 0xA0, 0xBF, 1), (0xE1, 0xEC, 0x80, 0xBF, 1), (0xED, 0xED, 0x80, 0x9F, 1),
        (0xEE, 0xEF, 0x80, 0xBF, 1), (0xF0, 0xF0, 0x90, 0xBF, 2), (0xF1, 0xF3, 0x80, 0xBF, 2), (0xF4, 0xF4, 0x80, 0x8F, 2),
    ];

    private static readonly Rune Quote = new('"');
    private static readonly Rune Backslash = new('\\');
    private static readonly Rune Space = new(' ');

    /// <summary>Number of characters; 0 when some are not plain, or not whole.</summary>
    public static int CountIn(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        for (; !bytes.IsEmpty; count++)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) is not OperationStatus.Done
                || rune < Space || rune == Quote || rune == Backslash)
            {
                return 0;
            }
            bytes = bytes[length..];
        }
        return count;
    }

    /// <summary>The one state that every plain character leads to; null when there is no such.</summary>
    public static AutomatonState? After(Automaton automaton, AutomatonState state)
    {
        if (!state.KnowsPlain)
        {
            state.AfterPlain = new Search(automaton).From(state);
            state.KnowsPlain = true;
        }
        return state.AfterPlain;
    }

    private sealed class Search(Automaton automaton)
    {
        private readonly HashSet<(AutomatonState, byte, byte, int)> _seen = [];
        private AutomatonState? _common;

        public AutomatonState? From(AutomatonState state)
        {
            for (var value = (byte)' '; value < 0x80; value++)
            {
                if (value is not ((byte)'"' or (byte)'\\') && !IsCommon(automaton.Next(state, value)))
                {
                    return null;
                }
            }
            foreach (var (first, last, low, high, more) in Longer)
            {
                for (var value = first; value <= last; value++)
                {
                    if (!AreCommon(automaton.Next(state, value), low, high, more))
                    {
                        return null;
                    }
                }
            }
            return _common;
        }

        private bool IsCommon(AutomatonState state) => ReferenceEquals(_common ??= state, state);

        private bool AreCommon(AutomatonState state, byte low, byte high, int more)
        {
            if (!_seen.Add((state, low, high, more)))
            {
                return true;
            }
            for (var value = low; value <= high; value++)
            {
                var next = automaton.Next(state, value);
                if (more == 0 ? !IsCommon(next) : !AreCommon(next, 0x80, 0xBF, more - 1))
                {
                    return false;
                }
            }
            return true;
        }
    }
}
