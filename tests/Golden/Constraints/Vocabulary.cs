using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using MlxActors.Generation.Constraints.Masks;
using MlxActors.Golden.Tokenizers;
using MlxActors.Models;

namespace MlxActors.Golden.Constraints;

/// <summary>The tokens of a real tokenizer, and one token for each byte.</summary>
internal sealed class Vocabulary
{
    private static readonly ConcurrentDictionary<string, Lazy<Vocabulary>> Loaded = new();

    private readonly FrozenDictionary<byte, int> _single;

    private Vocabulary(int size, int end, Func<int, ImmutableArray<byte>> bytesOf)
    {
        (Size, End, BytesOf) = (size, end, bytesOf);
        _single = Enumerable.Range(0, size).Where(token => token != end && bytesOf(token).Length == 1).Reverse()
            .GroupBy(token => bytesOf(token)[0]).ToFrozenDictionary(group => group.Key, group => group.First());
        Masks = new ConstraintMasks(bytesOf, new ModelInfo(
            "test", 1 << 20, size, [end], Capabilities.Text, SamplingDefaults.Silent, ImagesAttendBothWays: false));
    }

    public int Size { get; }

    public int End { get; }

    /// <summary>Empty for control tokens.</summary>
    public Func<int, ImmutableArray<byte>> BytesOf { get; }

    public ConstraintMasks Masks { get; }

    /// <summary>A token of this byte alone.</summary>
    public int? TokenOf(byte value) => _single.TryGetValue(value, out var token) ? token : null;

    /// <summary>Token and byte are one; the end is 256.</summary>
    public static Vocabulary Bytes() => new(257, 256, token => token < 256 ? [(byte)token] : []);

    /// <param name="folder">Of <c>tokenizer.json</c>; read once, for masks are used by one thread at a time.</param>
    public static Vocabulary Of(string folder) => Loaded.GetOrAdd(folder, key => new Lazy<Vocabulary>(() =>
    {
        var tokenizer = TokenizerFiles.Of(key);
        var end = tokenizer.IdOf("<end_of_turn>") ?? tokenizer.IdOf("<|im_end|>") ?? throw new InvalidDataException("no end of a turn");
        return new Vocabulary(
            tokenizer.MaxId + 1, end, token => tokenizer.IsSpecial(token) ? [] : tokenizer.BytesOf(token));
    })).Value;
}
