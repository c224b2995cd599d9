using System.Runtime.InteropServices;
using MlxActors.Generation.Sampling;
using MlxActors.Models;
using MlxActors.Native.Tensors;
using MlxActors.Native.Tensors.Choosing;

namespace MlxActors.Generation.Batching;

/// <summary>
/// The next token for each running answer. The backend chooses it where the logits alone decide, so that no logits come to the host; for
/// requests that adjust, constrain or report them the host does.
/// </summary>
public sealed partial class BatchRunner
{
    /// <summary>Tokens of an answer between two places to which a later prompt can return.</summary>
    private const int KeptEvery = 32;

    private readonly Sampler _sampler = new();
    private readonly List<int> _read = [];
    private readonly List<int> _chosenRows = [];
    private readonly List<int> _viewedRows = [];
    private readonly List<TokenDraw?> _draws = [];

    private void Decode()
    {
        if (_ahead is { } begun)
        {
            _ahead = null;
            GoOnFrom(begun);
            return;
        }
        foreach (var sequence in _running)
        {
            if (sequence.View.Phase is SequencePhase.Decode)
            {
                _stepping.Add(sequence);
            }
        }
        MakeDrafts();
        if (MayGoAhead())
        {
            GoOnFrom(Begin());
        }
        else
        {
            var began = clock.GetTimestamp();
            Sample(ReadLastTokens(), _stepping);
            ForgetWrongDrafts();
            _costs?.Record(_batch.Layout.Rows, clock.GetElapsedTime(began));
        }
    }

    /// <summary>And what was guessed to follow them.</summary>
    private Tensor? ReadLastTokens()
    {
        _batch.Clear();
        foreach (var sequence in _stepping)
        {
            _read.Clear();
            _read.Add(sequence.LastToken);
            _read.AddRange(sequence.Draft);
            _batch.Add(sequence.Cache, CollectionsMarshal.AsSpan(_read), [], LogitRows.All);
        }
        MakeRoom(_stepping.Count, LongestOfBatch());
        var logits = model.Forward(_batch);
        foreach (var sequence in _stepping)
        {
            if (sequence.Draft.IsEmpty)
            {
                KeepWhatSlidesAway(sequence, sequence.Cache.Length - 1);
            }
        }
        return logits;
    }

    /// <summary>
    /// An answer may end before the token that the engine has come to, as at a stop text, or be changed later; where layers slide, what is
    /// kept at its end does not reach back there.
    /// </summary>
    /// <param name="before">Tokens that its cache held before the step.</param>
    private void KeepWhatSlidesAway(Sequence sequence, int before)
    {
        if (sequence.Cache.ShortestFork > 0 && sequence.Cache.Length / KeptEvery > before / KeptEvery && !_prefixes.IsOff)
        {
            _prefixes.Keep(sequence.Path, sequence.Cache);
        }
    }

    /// <summary>
    /// A token for each sequence, from its row of the logits, and as many as it guessed right behind that; no logits, no tokens.
    /// </summary>
    private void Sample(Tensor? logits, List<Sequence> sequences)
    {
        if (logits is not { } rows)
        {
            return;
        }
        _chosenRows.Clear();
        _viewedRows.Clear();
        var row = 0;
        foreach (var sequence in sequences)
        {
            for (var last = row + sequence.Draft.Length; row <= last; row++)
            {
                (sequence.ChoosesByLogits ? _chosenRows : _viewedRows).Add(row);
            }
        }
        // Chosen before any row is looked at, so that one evaluation serves both.
        var ids = _chosenRows.Count > 0 ? backend.Choose(RowsOf(rows, _chosenRows), Draws(sequences, tokensToCome: 0)) : (Tensor?)null;
        var viewed = _viewedRows.Count > 0 ? backend.View(RowsOf(rows, _viewedRows)) : [];
        var tokens = ids is { } chosen ? backend.ViewIds(chosen) : [];
        var width = rows.Shape.Last;
        var (chosenRow, viewedRow) = (0, 0);
        foreach (var sequence in sequences)
        {
            var draft = sequence.Draft;
            var count = 0;
            do
            {
                if (sequence.ChoosesByLogits)
                {
                    Accept(sequence, tokens[chosenRow + count]);
                }
                else
                {
                    Sample(sequence, viewed.Slice((viewedRow + count) * width, width));
                }
            }
            while (WasRight(sequence, draft, count++));
            (sequence.ChoosesByLogits ? ref chosenRow : ref viewedRow) += 1 + draft.Length;
        }
    }

    private Tensor RowsOf(Tensor tensor, List<int> rows) =>
        rows.Count == tensor.Shape[0] ? tensor : backend.Gather(tensor, CollectionsMarshal.AsSpan(rows));

    /// <summary>How the backend chooses the tokens of those that leave it to that.</summary>
    /// <param name="tokensToCome">Tokens of each answer that are still being computed.</param>
    private ReadOnlySpan<TokenDraw?> Draws(List<Sequence> sequences, int tokensToCome)
    {
        _draws.Clear();
        foreach (var sequence in sequences)
        {
            for (var row = 0; row <= sequence.Draft.Length && sequence.ChoosesByLogits; row++)
            {
                _draws.Add(sequence.Request.Sampling.DrawAt(sequence.Count + tokensToCome + row));
            }
        }
        return CollectionsMarshal.AsSpan(_draws);
    }

    private void Sample(Sequence sequence, ReadOnlySpan<float> logits)
    {
        try
        {
            var request = sequence.Request;
            var token = _sampler.Next(logits, request.Sampling, sequence.Count, sequence.History, sequence.Mask);
            Add(sequence, token, request.TopLogprobs is { } top ? TokenScores.Of(logits, token, top) : null);
        }
        catch (Exception cause)
        {
            // Its row of the logits is its own: the others of the step have theirs.
            Fail(sequence, cause);
        }
    }

    private void Accept(Sequence sequence, int token)
    {
        try
        {
            Add(sequence, Sampler.Found(token), scores: null);
        }
        catch (Exception cause)
        {
            Fail(sequence, cause);
        }
    }

    private void Add(Sequence sequence, int token, TokenScores? scores)
    {
        var request = sequence.Request;
        sequence.AddToken(token);
        var finished = request.Limits.After(token, sequence.Count);
        _sampled.Add(new SampledToken(request.Id, token, finished, scores, sequence.CachedTokens, sequence.Speculation));
        if (finished is null)
        {
            return;
        }
        if (sequence.Broken is null)
        {
            sequence.ForgetLastToken();
            _prefixes.Keep(sequence.Path, sequence.Cache);
        }
        Drop(sequence);
    }
}
