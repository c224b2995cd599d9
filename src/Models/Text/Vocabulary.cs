namespace MlxActors.Models.Text;

/// <summary>Tokens and their ids, both ways.</summary>
internal sealed class Vocabulary
{
    /// <summary>Bounds the table by id: a file of a few bytes must not claim gigabytes.</summary>
    public const int LargestId = (1 << 22) - 1;

    public static readonly string IdRange = $"an id from 0 to {LargestId}";

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsBySpan;
    private string?[] _tokens = new string?[1024];

    public Vocabulary() => _idsBySpan = _ids.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The largest id given; -1 while empty.</summary>
    public int MaxId { get; private set; } = -1;

    /// <param name="place">Where the file says so, for complaints.</param>
    public void Add(string token, int id, string place)
    {
        if (id is < 0 or > LargestId)
        {
            throw new TokenizerFormatException($"{place}: expected {IdRange}, found {id} for \"{token}\"");
        }
        if (id >= _tokens.Length)
        {
            Array.Resize(ref _tokens, Math.Min(LargestId + 1, Math.Max(id + 1, _tokens.Length * 2)));
        }
        if (_tokens[id] is { } other)
        {
            throw new TokenizerFormatException($"{place}: expected one token with the id {id}, found \"{other}\" and \"{token}\"");
        }
        if (!_ids.TryAdd(token, id))
        {
            throw new TokenizerFormatException($"{place}: expected one id for \"{token}\", found {_ids[token]} and {id}");
        }
        _tokens[id] = token;
        MaxId = Math.Max(MaxId, id);
    }

    public bool TryGetId(ReadOnlySpan<char> token, out int id) => _idsBySpan.TryGetValue(token, out id);

    public string? TokenOf(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;
}
