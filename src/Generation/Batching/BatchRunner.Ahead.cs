using MlxActors.Models;

namespace MlxActors.Generation.Batching;

/// <summary>
/// Steps that are begun ahead, where the backend computes aside: while one decode step is computed, the host prepares the next with
/// its tokens, which nobody has looked at yet. Each sequence gets the tokens that it gets without. An answer that turns out to have ended
/// has one token too many in its cache, which is forgotten again, and its row of the next step is passed over. What an answer may come to
/// hold by its limit (<see cref="SequenceRequest.MaxLength"/>) has room for that token.
/// </summary>
public sealed partial class BatchRunner
{
    private readonly List<Sequence> _goingOn = [];
    private readonly List<int> _rowsGoingOn = [];
    private BegunStep? _ahead;

    /// <summary>Whether the stepping sequences are sure to be those of the next step too, unless what they say ends them.</summary>
    private bool MayGoAhead() => goesAhead
        && _stepping.TrueForAll(sequence => sequence.ChoosesByLogits)
        // A guess needs to know the token that it stands behind.
        && !_stepping.Exists(sequence => sequence.Offer.Length > 0)
        && _stepping.Exists(sequence => sequence.WantsTwo)
        // Prompts, and answers whose readers have come back, take turns with these.
        && _running.TrueForAll(sequence => sequence.View.Phase is SequencePhase.Paused || _stepping.Contains(sequence));

    private BegunStep Begin()
    {
        using var scope = backend.BeginScope();
        var logits = ReadLastTokens()!.Value;
        return new BegunStep([.. _stepping], backend.Begin(backend.Choose(logits, Draws(_stepping, tokensToCome: 0))));
    }

    /// <summary>Looks at the tokens of a step once the next one is under way.</summary>
    private void GoOnFrom(BegunStep step)
    {
        using (step)
        {
            _stepping.Clear();
            _stepping.AddRange(step.Sequences.Where(sequence => !sequence.IsDisposed));
            if (MayGoAhead())
            {
                BeginBehind(step);
            }
            var tokens = backend.ViewIds(step.Tokens);
            for (var row = 0; row < step.Sequences.Count; row++)
            {
                var sequence = step.Sequences[row];
                if (!sequence.IsDisposed)
                {
                    Accept(sequence, tokens[row]);
                    Settle(sequence);
                }
            }
        }
    }

    /// <summary>What it throws is told behind the tokens that came before it.</summary>
    private void BeginBehind(BegunStep step)
    {
        _goingOn.Clear();
        _rowsGoingOn.Clear();
        for (var row = 0; row < step.Sequences.Count; row++)
        {
            if (step.Sequences[row] is { IsDisposed: false, WantsTwo: true } sequence)
            {
                _goingOn.Add(sequence);
                _rowsGoingOn.Add(row);
            }
        }
        try
        {
            using var scope = backend.BeginScope();
            _batch.Clear();
            foreach (var sequence in _goingOn)
            {
                _batch.Add(sequence.Cache, [0], [], LogitRows.Last);
            }
            _batch.AwaitTokens(RowsOf(step.Tokens, _rowsGoingOn));
            MakeRoom(_goingOn.Count, tokens: 1);
            var logits = model.Forward(_batch)!.Value;
            _ahead = new BegunStep([.. _goingOn], backend.Begin(backend.Choose(logits, Draws(_goingOn, tokensToCome: 1))));
        }
        catch (Exception cause)
        {
            _goingOn.ForEach(sequence => sequence.Broken = cause);
        }
    }

    /// <summary>A sequence whose token is known: it goes on as it would have without a step ahead.</summary>
    private void Settle(Sequence sequence)
    {
        if (sequence.IsDisposed)
        {
            return;
        }
        if (sequence.Broken is { } cause)
        {
            Fail(sequence, cause);
        }
        else if (sequence.HasReadLastToken)
        {
            KeepWhatSlidesAway(sequence, sequence.Cache.Length - 1);
        }
    }

    private void ForgetStepOfNobody()
    {
        if (_ahead is { IsNobodys: true } step)
        {
            step.Dispose();
            _ahead = null;
        }
    }
}
