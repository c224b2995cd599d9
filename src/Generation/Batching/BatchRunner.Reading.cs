using MlxActors.Generation.Batching.Prefixes;
using MlxActors.Models;
using MlxActors.Models.Caches;

namespace MlxActors.Generation.Batching;

/// <summary>
/// Prompts: a step encodes one medium, or reads one chunk. What a chunk has left goes to other prompts whose rests fit into it: a pass
/// reads all weights, however few rows it has.
/// </summary>
public sealed partial class BatchRunner
{
    /// <summary>
    /// Prompts that begin alike may read one part of a chunk in so many twice in one pass; when it is more, one waits for the other.
    /// </summary>
    private const int PartReadTwice = 16;

    private readonly List<Sequence> _complete = [];

    /// <summary>The next of a sequence's prompt.</summary>
    private void ReadOn(Sequence sequence)
    {
        BeginTurn(sequence, FindKnown(sequence));
        if (sequence.NextMedia is not null)
        {
            Encode(sequence);
        }
        else
        {
            ReadChunk(sequence);
        }
    }

    /// <summary>
    /// Where a sequence need not read what others have read: those whose prompts begin alike and who take turns go on from there.
    /// </summary>
    private SequenceCache? FindKnown(Sequence sequence) => _prefixes.IsOff
        ? null
        : _prefixes.Fork(sequence.Path, longerThan: sequence.Cache.Length, MostKnown(sequence.Request.Prompt));

    /// <summary>The last token of a prompt is read in any case, for its logits, and with it the image that it may be in.</summary>
    private int MostKnown(PreparedPrompt prompt)
    {
        var last = prompt.Tokens.Length - 1;
        return model.Info.ImagesAttendBothWays && prompt.Media is [.., var image] && last < image.Position + image.Length
            ? Math.Min(last, image.Position)
            : last;
    }

    private void BeginTurn(Sequence sequence, SequenceCache? known)
    {
        if (!_prefixes.IsOff)
        {
            _prefixes.Count(begins: !sequence.HasBegun, known is null ? 0 : known.Length - sequence.Cache.Length);
        }
        sequence.Begin(known);
        sequence.LastTurn = ++_turn;
        _stepping.Add(sequence);
    }

    /// <summary>One medium, and behind it those that need not be encoded any more.</summary>
    private void Encode(Sequence sequence)
    {
        do
        {
            var media = sequence.NextMedia!;
            sequence.AddMedia(new MediaRun(media.Position, _features.Use(media.Hash, () => model.Encode(media.Input))));
        }
        while (sequence.NextMedia is { } next && _features.Holds(next.Hash));
    }

    private void ReadChunk(Sequence sequence)
    {
        _batch.Clear();
        _complete.Clear();
        AddChunk(sequence, ChunkEnd(sequence));
        if (!sequence.ReadsAlone)
        {
            AddWhatFits();
        }
        MakeRoom(_stepping.Count, tokens: LongestOfBatch());
        var logits = model.Forward(_batch);
        foreach (var reader in _stepping)
        {
            _prefixes.Keep(reader.Path, reader.Cache);
        }
        Sample(logits, _complete);
    }

    /// <summary>
    /// Other prompts, as far as they can be read to their ends. One that goes on like another for longer waits: it need not read what that
    /// reads now.
    /// </summary>
    private void AddWhatFits()
    {
        foreach (var sequence in _running)
        {
            if (_batch.Layout.Rows >= limits.PrefillChunk)
            {
                return;
            }
            if (sequence is { View.Phase: SequencePhase.Prefill, ReadsAlone: false } && !_stepping.Contains(sequence))
            {
                AddIfItFits(sequence);
            }
        }
    }

    private void AddIfItFits(Sequence sequence)
    {
        var known = FindKnown(sequence);
        var (start, length) = (known?.Length ?? sequence.Cache.Length, sequence.Path.Length);
        if (length - start > limits.PrefillChunk - _batch.Layout.Rows || _stepping.Exists(other => GoesOnLike(other, sequence.Path, start)))
        {
            known?.Dispose();
            return;
        }
        BeginTurn(sequence, known);
        AddChunk(sequence, length);
    }

    private bool GoesOnLike(Sequence other, TokenPath path, int start) =>
        !_prefixes.IsOff && path.CommonLength(other.Path, 0, Math.Min(path.Length, other.Path.Length)) - start > limits.PrefillChunk / PartReadTwice;

    private int ChunkEnd(Sequence sequence)
    {
        var prompt = sequence.Request.Prompt;
        var uncut = model.Info.ImagesAttendBothWays ? prompt.Media.AsSpan() : [];
        return Prefill.ChunkEnd(sequence.Cache.Length, prompt.Tokens.Length, uncut, limits.PrefillChunk);
    }

    private void AddChunk(Sequence sequence, int end)
    {
        var tokens = sequence.Request.Prompt.Tokens.AsSpan();
        var isComplete = end == tokens.Length;
        _batch.Add(sequence.Cache, tokens[sequence.Cache.Length..end], sequence.Media, isComplete ? LogitRows.Last : LogitRows.None);
        if (isComplete)
        {
            _complete.Add(sequence);
        }
    }

    private int LongestOfBatch()
    {
        var longest = 0;
        foreach (var rows in _batch.Layout.Sequences)
        {
            longest = Math.Max(longest, rows.Rows);
        }
        return longest;
    }
}
