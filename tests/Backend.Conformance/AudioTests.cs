using MlxActors.Native.Tensors;

namespace MlxActors.Backend.Conformance;

/// <summary>The operations over steps of a clip, each against its definition in plain loops.</summary>
public sealed class AudioTests
{
    private const double Tolerance = 5e-6;

    public static TheoryData<string> Backends => Conformance.Backends.All;

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void CumulativeNorm_AnySteps_EqualsTheDefinition(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        foreach (var (steps, width, channels) in new[] { (1, 1, 1), (2, 3, 5), (40, 4, 33), (9, 64, 32), (300, 1, 8) })
        {
            using var samples = new Samples(steps);
            var x = samples.Floats((long)steps * width * channels);
            var weight = samples.Floats(channels);

            var result = backend.CumulativeNorm(
                backend.FromFloats(x, new Shape(steps, width, channels)),
                backend.Import(samples.Tensor(weight, DType.Float32, new Shape(channels))), 1e-3f);

            Assert.Equal(new Shape(steps, width, channels), result.Shape);
            Close.To(name, Normalized(x, weight, steps), backend.View(result).ToArray(), Tolerance, $"{steps} × {width} × {channels}");
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void CumulativeNorm_FirstSteps_AreTheSameWithoutTheOthers(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var x = backend.FromFloats(new Samples(3).Floats(20 * 6 * 7), new Shape(20, 6, 7));
        var weight = backend.FromFloats(new Samples(4).Floats(7), new Shape(7));
        var whole = backend.View(backend.CumulativeNorm(x, weight, 1e-3f));
        var first = backend.View(backend.CumulativeNorm(backend.Slice(x, 0, 11), weight, 1e-3f));
        Close.Alike(name, whole[..first.Length], first, "first 11 steps");
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void LocalAttention_AnyWindow_EqualsTheDefinition(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        foreach (var form in new Form[]
        {
            new(1, 1, 1, 0, 1, 1, 50), new(37, 4, 16, 12, 13, 37, 50), new(31, 2, 24, 12, 13, 18, 50),
            new(20, 3, 7, 2, 6, 20, 1), new(9, 2, 192, 0, 4, 3, 5), new(5, 1, 8, 3, 4, 0, 50),
        })
        {
            var samples = new Samples(form.Rows);
            float[] Rows(int rows) => samples.Floats((long)rows * form.Heads * form.HeadDim);
            var (q, k, v, positions) = (Rows(form.Rows), Rows(form.Rows), Rows(form.Rows), Rows(form.Span));
            Tensor Tensor(float[] values, int rows) => backend.FromFloats(values, new Shape(rows, form.Heads, form.HeadDim));

            var result = backend.LocalAttention(
                Tensor(q, form.Rows), Tensor(k, form.Rows), Tensor(v, form.Rows), Tensor(positions, form.Span),
                form.Before, form.Keys, form.Softcap);

            Close.To(name, Attended(form, q, k, v, positions), backend.View(result).ToArray(), Tolerance, form.ToString());
        }
    }

    private static float[] Normalized(float[] x, float[] weight, int steps)
    {
        var width = x.Length / steps;
        var result = new float[x.Length];
        var (sum, squares) = (0.0, 0.0);
        for (var step = 0; step < steps; step++)
        {
            var values = x.AsSpan(step * width, width);
            var count = (step + 1.0) * width;
            foreach (var value in values)
            {
                sum += value;
            }
            var mean = sum / count;
            foreach (var value in values)
            {
                squares += (value - mean) * (value - mean);
            }
            for (var i = 0; i < width; i++)
            {
                result[step * width + i] = (float)((values[i] - mean) / Math.Sqrt(squares / count + 1e-3f) * weight[i % weight.Length]);
            }
        }
        return result;
    }

    private static float[] Attended(Form form, float[] q, float[] k, float[] v, float[] positions)
    {
        int At(int row, int head) => ((row * form.Heads) + head) * form.HeadDim;
        var result = new float[q.Length];
        for (var row = 0; row < form.Rows; row++)
        {
            for (var head = 0; head < form.Heads; head++)
            {
                var seen = Enumerable.Range(0, form.Span)
                    .Select(place => (Place: place, Key: row - form.Before + place))
                    .Where(pair => pair.Key >= 0 && pair.Key < form.Keys)
                    .Select(pair => (pair.Key, Weight: Math.Exp(form.Softcap * Math.Tanh(Enumerable.Range(0, form.HeadDim).Sum(d =>
                        (double)q[At(row, head) + d] * (k[At(pair.Key, head) + d] + (double)positions[At(pair.Place, head) + d]))
                        / form.Softcap))))
                    .ToArray();
                var total = seen.Sum(pair => pair.Weight);
                for (var d = 0; d < form.HeadDim && seen.Length > 0; d++)
                {
                    result[At(row, head) + d] = (float)(seen.Sum(pair => pair.Weight * v[At(pair.Key, head) + d]) / total);
                }
            }
        }
        return result;
    }

    private sealed record Form(int Rows, int Heads, int HeadDim, int Before, int Span, int Keys, float Softcap);
}
