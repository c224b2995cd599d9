using System.Runtime.InteropServices;
using MlxActors.Models.Caches;
using MlxActors.Native.Tensors;

namespace MlxActors.Models;

/// <summary>Encoded media standing in a sequence instead of token embeddings.</summary>
/// <param name="Position">Index of its first token in the sequence.</param>
/// <param name="Features">
/// <c>[tokens, hidden]</c>; or <c>[1 + levels, rows, columns, hidden]</c> for tokens on a grid, which gives them their rotary
/// positions. Level 0 takes the place of embeddings; level n is added to the hidden states behind decoder layer n − 1.
/// </param>
public sealed record MediaRun(int Position, KeptTensor Features)
{
    public int Length => Grid is var (rows, columns) ? rows * columns : Features.Value.Shape[0];

    /// <summary>Null when its tokens stand in a line, as text does.</summary>
    public (int Rows, int Columns)? Grid => Features.Value.Shape is { Rank: 4 } shape ? (shape[1], shape[2]) : null;

    /// <summary>Levels behind the first.</summary>
    public int DeeperLevels => Features.Value.Shape is { Rank: 4 } shape ? shape[0] - 1 : 0;
}

/// <summary>
/// Rows of a step that take encoded media: <paramref name="Count"/> rows of the features, beginning at <paramref name="FirstFeature"/>.
/// </summary>
public readonly record struct MediaRows(int FirstRow, int FirstFeature, int Count, MediaRun Run)
{
    /// <summary>The rows' features of a level: <c>[Count, hidden]</c>.</summary>
    public Tensor Features(IBackend b, int level)
    {
        var features = Run.Features.Value;
        var rows = b.Reshape(features, new Shape(features.Shape.Rows, features.Shape.Last));
        return b.Slice(rows, level * Run.Length + FirstFeature, Count);
    }
}

/// <summary>Which of a sequence's rows want logits.</summary>
public enum LogitRows
{
    None,
    Last,
    All,
}

/// <summary>
/// The input of one forward pass: new tokens of any number of sequences, one behind the other, each with its cache. A prefill chunk and
/// a decode step are the same thing. Reused from step to step, so that decoding allocates nothing.
/// </summary>
/// <param name="imagesAttendBothWays">Whether the tokens of an image see each other in both directions (Gemma 3).</param>
public sealed class Batch(bool imagesAttendBothWays)
{
    private readonly List<int> _tokens = [];
    private readonly List<int> _logitRows = [];
    private readonly List<SequenceCache> _caches = [];
    private readonly List<MediaRows> _media = [];
    private readonly List<KvCache> _layerCaches = [];
    private readonly List<int> _positions = [];
    private readonly List<SequenceCache> _logitCaches = [];
    private readonly List<int> _knownTokens = [];

    public StepLayout Layout { get; } = new();

    /// <summary><c>[R]</c> token ids; at rows of <see cref="Media"/> the id is the family's placeholder.</summary>
    /// <exception cref="InvalidOperationException">They are <see cref="TokensToCome"/>.</exception>
    public ReadOnlySpan<int> Tokens => TokensToCome is null
        ? CollectionsMarshal.AsSpan(_tokens)
        : throw new InvalidOperationException("nobody has looked at the tokens yet");

    /// <summary>
    /// Int32 <c>[R]</c>: the ids, one a sequence and none of media, of a step that is begun while they are still being computed; null when
    /// they are <see cref="Tokens"/>.
    /// </summary>
    public Tensor? TokensToCome { get; private set; }

    /// <summary><see cref="Tokens"/> for a smaller vocabulary, where ids that it lacks are 0; valid until the next call.</summary>
    public ReadOnlySpan<int> TokensWithin(int vocabulary)
    {
        _knownTokens.Clear();
        foreach (var token in Tokens)
        {
            _knownTokens.Add(token < vocabulary ? token : 0);
        }
        return CollectionsMarshal.AsSpan(_knownTokens);
    }

    /// <summary>The caches, one a sequence, in the order of <see cref="Layout"/>.</summary>
    public ReadOnlySpan<SequenceCache> Caches => CollectionsMarshal.AsSpan(_caches);

    public ReadOnlySpan<MediaRows> Media => CollectionsMarshal.AsSpan(_media);

    /// <summary>The rows whose logits are wanted, ascending; the forward pass answers <c>[LogitRows, V]</c>.</summary>
    public ReadOnlySpan<int> LogitRows => CollectionsMarshal.AsSpan(_logitRows);

    /// <summary>
    /// <see cref="LogitRows"/> as a causal step of their own, for layers that write to no cache: behind the last layer that does, the other
    /// rows have no effect any more.
    /// </summary>
    public StepLayout LogitLayout { get; } = new();

    public void Clear()
    {
        _tokens.Clear();
        _logitRows.Clear();
        _caches.Clear();
        _media.Clear();
        _layerCaches.Clear();
        _positions.Clear();
        _logitCaches.Clear();
        _knownTokens.Clear();
        TokensToCome = null;
        Layout.Clear();
        LogitLayout.Clear();
    }

    /// <summary>The caches of one layer, one a sequence; valid until the next call.</summary>
    public ReadOnlySpan<KvCache> CachesOf(int layer) => CachesOf(layer, _caches);

    /// <summary>The caches of one layer, one a sequence of <see cref="LogitLayout"/>; valid until the next call.</summary>
    public ReadOnlySpan<KvCache> LogitCachesOf(int layer) => CachesOf(layer, _logitCaches);

    /// <summary>Rotary positions of all rows, axis after axis <c>[axes · R]</c>; valid until the next call.</summary>
    public ReadOnlySpan<int> Positions(int axes)
    {
        CollectionsMarshal.SetCount(_positions, axes * Layout.Rows);
        var positions = CollectionsMarshal.AsSpan(_positions);
        for (var axis = 0; axis < axes; axis++)
        {
            for (var i = 0; i < _caches.Count; i++)
            {
                var rows = Layout.Sequences[i];
                _caches[i].Positions.CopyTo(positions.Slice(axis * Layout.Rows + rows.FirstRow, rows.Rows), rows.Offset, axis);
            }
        }
        return positions;
    }

    /// <summary>Token embeddings <c>[R, hidden]</c> with the features of media in their places.</summary>
    public Tensor PlaceMedia(IBackend b, Tensor h)
    {
        foreach (var media in Media)
        {
            h = b.ReplaceRows(h, media.FirstRow, media.Features(b, level: 0));
        }
        return h;
    }

    /// <summary>
    /// Adds the next tokens of a sequence. Of its media runs, which come in ascending order, those that lie elsewhere are passed over;
    /// one that attends both ways must lie wholly inside the tokens, or wholly outside.
    /// </summary>
    public void Add(SequenceCache cache, ReadOnlySpan<int> tokens, ReadOnlySpan<MediaRun> media, LogitRows logits)
    {
        var (offset, firstRow) = (cache.Length, _tokens.Count);
        _caches.Add(cache);
        _tokens.AddRange(tokens);
        Layout.Add(tokens.Length, offset);
        foreach (var run in media)
        {
            AddMedia(cache, run, offset, tokens.Length, firstRow);
        }
        var wanted = logits switch { Models.LogitRows.All => tokens.Length, Models.LogitRows.Last => Math.Min(1, tokens.Length), _ => 0 };
        if (wanted > 0)
        {
            _logitCaches.Add(cache);
            LogitLayout.Add(wanted, offset + tokens.Length - wanted);
        }
        for (var row = tokens.Length - wanted; row < tokens.Length; row++)
        {
            _logitRows.Add(firstRow + row);
        }
    }

    /// <summary>Says that the tokens of all rows, which then only hold their places, are still being computed.</summary>
    public void AwaitTokens(Tensor ids)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(ids.Shape[0], _tokens.Count);
        TokensToCome = ids;
    }

    private ReadOnlySpan<KvCache> CachesOf(int layer, List<SequenceCache> caches)
    {
        _layerCaches.Clear();
        foreach (var cache in caches)
        {
            _layerCaches.Add(cache.Layers[layer]);
        }
        return CollectionsMarshal.AsSpan(_layerCaches);
    }

    private void AddMedia(SequenceCache cache, MediaRun run, int offset, int rows, int firstRow)
    {
        var (start, end) = (Math.Max(run.Position, offset), Math.Min(run.Position + run.Length, offset + rows));
        if (start >= end)
        {
            return;
        }
        if (run.Grid is var (gridRows, gridColumns))
        {
            cache.Positions.Place(run.Position, gridRows, gridColumns);
        }
        if (imagesAttendBothWays)
        {
            if (end - start != run.Length)
            {
                throw new ArgumentException(
                    $"an image at positions [{run.Position}, {run.Position + run.Length}) is cut by a chunk [{offset}, {offset + rows})",
                    nameof(run));
            }
            Layout.SeeEachOther(start, end);
        }
        _media.Add(new MediaRows(firstRow + start - offset, start - run.Position, end - start, run));
    }
}
