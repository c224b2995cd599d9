using System.Collections.Immutable;

namespace MlxActors.Generation.Stopping;

/// <summary>
/// Finds the texts that end an answer, across the borders of its pieces. What might be the beginning of one is held back, so that a reader
/// never sees part of it. The stop text that completes first counts; of those that complete together, the longest: so the answer does not
/// depend on how the text was cut into pieces.
/// </summary>
/// <param name="Held">Text not given out yet: the longest suffix that may begin a stop text.</param>
public sealed record StopText(ImmutableArray<string> Stops, string Held)
{
    public static StopText Of(ImmutableArray<string> stops) => new(stops.RemoveAll(string.IsNullOrEmpty), "");

    /// <summary>Takes more text; gives what is now certain to belong to the answer, and whether a stop text ended it.</summary>
    public (StopText Next, string Text, bool Stopped) Add(string text)
    {
        if (Stops.IsEmpty || text.Length == 0)
        {
            return (this, text, false);
        }
        var all = Held + text;
        if (FirstStop(all) is { } start)
        {
            return (this with { Held = "" }, all[..start], true);
        }
        var certain = all.Length - HeldLength(all);
        return (this with { Held = all[certain..] }, all[..certain], false);
    }

    private int? FirstStop(string text)
    {
        (int Start, int End)? first = null;
        foreach (var stop in Stops)
        {
            var start = text.IndexOf(stop, StringComparison.Ordinal);
            var end = start + stop.Length;
            if (start >= 0 && (first is not { } best || end < best.End || (end == best.End && start < best.Start)))
            {
                first = (start, end);
            }
        }
        return first?.Start;
    }

    private int HeldLength(string text)
    {
        var held = 0;
        foreach (var stop in Stops)
        {
            for (var length = Math.Min(stop.Length - 1, text.Length); length > held; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                {
                    held = length;
                }
            }
        }
        return held;
    }
}
