using System.Numerics.Tensors;

namespace MlxActors.Generation.Speculation;

/// <summary>What passes take by their number of tokens, as measured; each backend, model and machine has another curve.</summary>
/// <param name="most">Tokens of the longest pass that matters.</param>
internal sealed class PassCosts(int most)
{
    /// <summary>Passes that are looked back on. The fastest of them counts: what disturbs a measurement makes it longer.</summary>
    private const int Samples = 4;

    /// <summary>The first pass of a length may be slow for once.</summary>
    private const int LeastSamples = 2;

    /// <summary>Passes after which a length that has not come again is taken for unknown, so that a bad measurement is not for ever.</summary>
    private const int Fresh = 2048;

    /// <summary>By how much a further token makes a pass of one token longer, where nothing is known: reading the weights takes the time.</summary>
    private const double Slope = .2;

    private readonly Entry[] _entries = [.. Enumerable.Range(0, most + 1).Select(_ => new Entry())];
    private long _passes;

    public void Record(int rows, TimeSpan time)
    {
        _passes++;
        if (rows <= most && time > TimeSpan.Zero)
        {
            _entries[rows].Add(time.TotalSeconds, _passes);
        }
    }

    /// <summary>How many times longer a pass of <paramref name="rows"/> tokens takes than one of <paramref name="fewer"/>.</summary>
    public double Ratio(int rows, int fewer)
    {
        var known = Nearest(rows, fewer);
        var growth = known == fewer
            ? Slope / (1 + Slope * (fewer - 1))
            : (_entries[known].Fastest / _entries[fewer].Fastest - 1) / (known - fewer);
        return 1 + Math.Max(0, growth) * (rows - fewer);
    }

    /// <summary>The length nearest to <paramref name="rows"/> that can be compared; <paramref name="fewer"/> when there is none.</summary>
    private int Nearest(int rows, int fewer)
    {
        var nearest = fewer;
        for (var length = fewer + 1; length <= most && IsKnown(fewer); length++)
        {
            if (IsKnown(length) && (nearest == fewer || Math.Abs(length - rows) < Math.Abs(nearest - rows)))
            {
                nearest = length;
            }
        }
        return nearest;
    }

    private bool IsKnown(int rows) => rows <= most && _entries[rows].Count >= LeastSamples && _passes - _entries[rows].Last < Fresh;

    private sealed class Entry
    {
        private readonly double[] _seconds = new double[Samples];

        public int Count { get; private set; }

        /// <summary>The pass that was of this length last.</summary>
        public long Last { get; private set; }

        public double Fastest => TensorPrimitives.Min<double>(_seconds.AsSpan(0, Math.Min(Count, Samples)));

        public void Add(double seconds, long pass)
        {
            Count = pass - Last < Fresh ? Count : 0;
            _seconds[Count++ % Samples] = seconds;
            Last = pass;
        }
    }
}
