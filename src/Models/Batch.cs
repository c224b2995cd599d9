using System.Runtime.InteropServices;
using MlxActors.Models.Caches;
using MlxActors.Native.Tensors;

namespace MlxActors.Models;

/// <summary>Encoded media standing in a sequence instead of token embeddings.</summary>
/// <param name="Position">Position of its first token in the sequence.</param>
/// <param name="Features"><c>[tokens, hidden]</c>.</param>
public sealed record MediaRun(int Position, KeptTensor Features)
{
    public int Length => Features.Value.Shape[0];
}

/// <summary>Rows of a step that take encoded media: <paramref name="Count"/> rows of the features, beginning at <paramref name="FirstFeature"/>.</summary>
public readonly record struct MediaRows(int FirstRow, int FirstFeature, int Count, KeptTensor Features);

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

    public StepLayout Layout { get; } = new();

    /// <summary><c>[R]</c> token ids; at rows of <see cref="Media"/> the id is the family's placeholder.</summary>
    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>The caches, one a sequence, in the order of <see cref="Layout"/>.</summary>
    public ReadOnlySpan<SequenceCache> Caches => CollectionsMarshal.AsSpan(_caches);

    public ReadOnlySpan<MediaRows> Media => CollectionsMarshal.AsSpan(_media);

    /// <summary>The rows whose logits are wanted, ascending; the forward pass answers <c>[LogitRows, V]</c>.</summary>
    public ReadOnlySpan<int> LogitRows => CollectionsMarshal.AsSpan(_logitRows);

    public void Clear()
    {
        _tokens.Clear();
        _logitRows.Clear();
        _caches.Clear();
        _media.Clear();
        Layout.Clear();
    }

    /// <summary>
    /// Adds the next tokens of a sequence. Media runs that lie elsewhere are passed over; one that attends both ways must lie wholly
    /// inside the tokens, or wholly outside.
    /// </summary>
    public void Add(SequenceCache cache, ReadOnlySpan<int> tokens, ReadOnlySpan<MediaRun> media, LogitRows logits)
    {
        var (offset, firstRow) = (cache.Length, _tokens.Count);
        _caches.Add(cache);
        _tokens.AddRange(tokens);
        Layout.Add(tokens.Length, offset);
        foreach (var run in media)
        {
            AddMedia(run, offset, tokens.Length, firstRow);
        }
        for (var row = logits switch { Models.LogitRows.All => 0, Models.LogitRows.Last => tokens.Length - 1, _ => tokens.Length };
            row < tokens.Length;
            row++)
        {
            _logitRows.Add(firstRow + row);
        }
    }

    private void AddMedia(MediaRun run, int offset, int rows, int firstRow)
    {
        var (start, end) = (Math.Max(run.Position, offset), Math.Min(run.Position + run.Length, offset + rows));
        if (start >= end)
        {
            return;
        }
        if (imagesAttendBothWays)
        {
            if (end - start != run.Length)
            {
                throw new ArgumentException(
                    $"an image at positions [{run.Position}, {run.Position + run.Length}) is cut by a chunk [{offset}, {offset + rows})", nameof(run));
            }
            Layout.SeeEachOther(start, end);
        }
        _media.Add(new MediaRows(firstRow + start - offset, start - run.Position, end - start, run.Features));
    }
}
