namespace MlxActors.Generation.Batching;

/// <summary>What a sequence needs next.</summary>
public enum SequencePhase
{
    /// <summary>An image of its prompt is yet to be encoded.</summary>
    Encode,

    /// <summary>Part of its prompt is yet to be read.</summary>
    Prefill,

    /// <summary>Its next token can be made together with all others'.</summary>
    Decode,

    /// <summary>Its reader must first take what is there.</summary>
    Paused,
}

/// <param name="LastTurn">Number of the step that last encoded or prefilled for it; smaller waits longer.</param>
public readonly record struct SequenceView(SequencePhase Phase, long LastTurn);

public enum StepKind
{
    /// <summary>Nothing can be done.</summary>
    Rest,

    /// <summary>Encode one image of one sequence.</summary>
    Encode,

    /// <summary>Read one chunk of a prompt, and other prompts that fit into what it leaves.</summary>
    Prefill,

    /// <summary>One token for every sequence in <see cref="SequencePhase.Decode"/>.</summary>
    Decode,
}

/// <param name="Sequence">Index of the sequence that is encoded or prefilled; -1 when that does not apply.</param>
public readonly record struct StepPlan(StepKind Kind, int Sequence);

/// <summary>Decides what the next step does. Pure.</summary>
public static class Scheduler
{
    /// <summary>
    /// Prompts and running answers take turns, so that a long prompt never stops the streams for longer than one chunk; among prompts,
    /// the one that has waited longest is next.
    /// </summary>
    public static StepPlan Next(ReadOnlySpan<SequenceView> sequences, StepKind last)
    {
        var (prompt, decodable) = (-1, false);
        for (var i = 0; i < sequences.Length; i++)
        {
            var phase = sequences[i].Phase;
            decodable |= phase is SequencePhase.Decode;
            if (phase is SequencePhase.Encode or SequencePhase.Prefill
                && (prompt < 0 || sequences[i].LastTurn < sequences[prompt].LastTurn))
            {
                prompt = i;
            }
        }
        if (decodable && (prompt < 0 || last is not StepKind.Decode))
        {
            return new StepPlan(StepKind.Decode, -1);
        }
        return prompt < 0
            ? new StepPlan(StepKind.Rest, -1)
            : new StepPlan(sequences[prompt].Phase is SequencePhase.Encode ? StepKind.Encode : StepKind.Prefill, prompt);
    }

    /// <summary>
    /// How many of those that wait may join those that run: from the front of the line, while the batch has a place and the memory lasts.
    /// Nobody passes one that waits for memory, so that none starves.
    /// </summary>
    /// <param name="needs">Bytes that each of those that wait may come to hold, in order.</param>
    /// <param name="reserved">Bytes that those that run may come to hold.</param>
    /// <param name="maxBytes">Bytes for all; null: no bound.</param>
    public static int Admissible(int running, ReadOnlySpan<long> needs, int maxBatch, long reserved, long? maxBytes)
    {
        var count = 0;
        while (count < needs.Length && running + count < maxBatch && (maxBytes is not { } most || needs[count] <= most - reserved))
        {
            reserved += needs[count++];
        }
        return count;
    }
}
