namespace MlxActors.Generation.Speculation;

/// <summary>Where the last tokens of a text stood before.</summary>
/// <param name="Next">The position behind that place.</param>
/// <param name="Length">How many tokens are the same; 0: none were found.</param>
internal readonly record struct TokenMatch(int Next, int Length);

/// <summary>
/// A growing text of tokens that knows, for each of a few lengths, where its last tokens stood together before, and where they did so
/// last. A token costs an entry and a look-up for each length, however long the text is. Entries are found by a hash alone: two that share
/// one make a bad guess, and no more.
/// </summary>
internal sealed class TokenLookup
{
    /// <summary>Stands for what is no text, as an image's tokens: nothing matches it, and no guess goes over it.</summary>
    public const int Gap = -1;

    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    private readonly int _shortest;
    private readonly List<int> _tokens;
    private readonly Dictionary<ulong, int>[] _next;
    private readonly ulong[] _keys;

    /// <summary>Lengths for which the last tokens have a key: fewer at the beginning, and behind a gap.</summary>
    private int _keyed;

    public TokenLookup(int shortest, int longest, int capacity)
    {
        _shortest = shortest;
        _tokens = new List<int>(capacity);
        _next = [.. Enumerable.Range(shortest, longest - shortest + 1).Select(_ => new Dictionary<ulong, int>(capacity))];
        _keys = new ulong[_next.Length];
    }

    public int this[int position] => _tokens[position];

    public void Add(int token)
    {
        // What ends with the last token is entered only now, so that a look-up for it finds an earlier one.
        for (var i = 0; i < _keyed; i++)
        {
            _next[i][_keys[i]] = _tokens.Count;
        }
        _tokens.Add(token);
        SetKeys();
    }

    /// <summary>The longest match of the last tokens; of those, the last one.</summary>
    public TokenMatch Find()
    {
        for (var i = _keyed - 1; i >= 0; i--)
        {
            if (_next[i].TryGetValue(_keys[i], out var next))
            {
                return new TokenMatch(next, _shortest + i);
            }
        }
        return default;
    }

    /// <summary>What stands from a position on, at most <paramref name="count"/> tokens, up to a gap; behind its end the text is taken to repeat itself.</summary>
    public void CopyTo(List<int> tokens, int position, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var token = position + i < _tokens.Count ? _tokens[position + i] : tokens[position + i - _tokens.Count];
            if (token == Gap)
            {
                return;
            }
            tokens.Add(token);
        }
    }

    private void SetKeys()
    {
        var (key, length) = (0UL, 0);
        _keyed = 0;
        while (_keyed < _keys.Length && length < _tokens.Count && _tokens[^(length + 1)] is not Gap and var token)
        {
            key = (key ^ (uint)token) * GoldenGamma;
            key ^= key >> 29;
            if (++length >= _shortest)
            {
                _keys[_keyed++] = key;
            }
        }
    }
}
