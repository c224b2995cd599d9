using MlxActors.Native.Cpu;
using MlxActors.Native.Tensors;

namespace MlxActors.Backend.Conformance;

public sealed class AttentionTests
{
    private const double Tolerance = 5e-6;

    public static TheoryData<string> Backends => Conformance.Backends.WithAllCaches;

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Attention_ChunksOfAPrompt_EqualReference(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var reference = Conformance.Backends.OpenReference();
        foreach (var form in new Form[]
        {
            new(1, 1, 2, null), new(4, 2, 32, null), new(8, 1, 72, null), new(4, 4, 64, 33),
            new(6, 2, 48, 1), new(2, 1, 256, 40), new(5, 5, 20, 32),
        })
        {
            int[] steps = [1, 30, 1, 1, 64, 5, 1, 37];
            var caches = Conformance.Backends.Named(name).Caches;
            Close.To(name, Prompt(reference, form, steps, caches), Prompt(backend, form, steps, caches), Tolerance, form.ToString());
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Attention_AnyChunking_GivesTheSameBits(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        foreach (var form in new Form[] { new(4, 2, 40, null), new(4, 1, 64, 33), new(3, 3, 16, 7) })
        {
            var whole = Prompt(backend, form, [140]);
            int[] tokens = [.. Enumerable.Repeat(1, 140)];
            foreach (var steps in new int[][] { [1, 139], [32, 32, 76], [100, 1, 1, 1, 37], [31, 1, 33, 75], tokens })
            {
                Close.Alike(name, whole, Prompt(backend, form, steps), $"{form} in {string.Join(" + ", steps)}");
            }
        }
    }

    /// <summary>What a narrow cache loses, it loses when it is written.</summary>
    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Attention_AnyType_GivesTheBitsOfRoundedKeysAndValues(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var caches = Conformance.Backends.Named(name).Caches;
        foreach (var form in new Form[] { new(1, 1, 2, null), new(2, 1, 40, null), new(4, 1, 64, 33), new(6, 2, 96, null) })
        {
            foreach (var steps in new int[][] { [70, 1, 1, 33], [1, 1, 1] })
            {
                var rounded = Prompt(backend, form, steps, caches);
                Close.Alike(name, rounded, Prompt(backend, form, steps), $"{form} in {string.Join(" + ", steps)}");
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Attention_ToOneToken_GivesItsValuesWithinTheBoundOfTheirType(string name)
    {
        const int HeadDim = 40;
        using var backend = Conformance.Backends.Open(name);
        var caches = Conformance.Backends.Named(name).Caches;
        foreach (var spread in new[] { 1e-12f, 0.01f, 1, 5e4f })
        {
            using var cache = backend.NewKvCache(new KvCacheSpec(1, HeadDim, null));
            using var samples = new Samples(3);
            var (zeros, values) = (backend.FromFloats(new float[HeadDim], new Shape(1, 1, HeadDim)), samples.Floats(HeadDim, spread));
            values[5] = 0;
            var layout = new StepLayout();
            layout.Add(1, 0);

            var held = backend.View(backend.Attention(
                zeros, zeros, backend.FromFloats(values, new Shape(1, 1, HeadDim)), [cache], layout, 1, null)).ToArray();

            Close.Alike(name, Rounded.To(caches, values, HeadDim), held, $"values of about {spread}");
            var largest = values.Max(Math.Abs);
            Assert.All(values.Zip(held), pair => Assert.InRange(
                Math.Abs((double)pair.First - pair.Second), 0, Rounded.Bound(caches, pair.First, largest)));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Attention_ToNoNumbers_GivesNone(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        foreach (var value in new[] { float.NaN, float.PositiveInfinity, BitConverter.Int32BitsToSingle(-1) })
        {
            using var cache = backend.NewKvCache(new KvCacheSpec(1, 4, null));
            var layout = new StepLayout();
            layout.Add(1, 0);
            var (x, v) = (backend.FromFloats([1, 2, 3, 4], new Shape(1, 1, 4)), backend.FromFloats([1, value, 3, 4], new Shape(1, 1, 4)));

            Assert.False(float.IsFinite(backend.View(backend.Attention(x, x, v, [cache], layout, 1, null))[1]));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Attention_EachSequence_IsTheSameAloneAndInABatch(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var form = new Form(4, 2, 24, 50);
        int[] lengths = [1, 40, 77, 3];
        KvCache[] together = [.. lengths.Select(_ => backend.NewKvCache(form.Spec))];
        KvCache[] alone = [.. lengths.Select(_ => backend.NewKvCache(form.Spec))];
        var random = new Samples(11);
        for (var step = 0; step < 3; step++)
        {
            using var scope = backend.BeginScope();
            int[] rows = [.. lengths.Select(length => step == 0 ? length : 1)];
            var layout = new StepLayout();
            for (var i = 0; i < rows.Length; i++)
            {
                layout.Add(rows[i], together[i].Length);
            }
            var total = rows.Sum();
            var (q, k, v) = (form.Queries(backend, random, total), form.Keys(backend, random, total), form.Keys(backend, random, total));
            var batch = backend.View(backend.Attention(q, k, v, together, layout, 0.3f, form.Window));
            for (var (i, first) = (0, 0); i < rows.Length; first += rows[i], i++)
            {
                var single = new StepLayout();
                single.Add(rows[i], alone[i].Length);
                var result = backend.View(backend.Attention(
                    backend.Slice(q, first, rows[i]), backend.Slice(k, first, rows[i]), backend.Slice(v, first, rows[i]),
                    [alone[i]], single, 0.3f, form.Window));
                Close.Alike(name, batch.Slice(first * form.RowLength, rows[i] * form.RowLength), result, $"sequence {i} in step {step}");
            }
        }
        foreach (var cache in together.Concat(alone))
        {
            cache.Dispose();
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Attention_RowsOfAnImage_SeeEachOther(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var reference = Conformance.Backends.OpenReference();
        var form = new Form(2, 1, 8, 20);
        var caches = Conformance.Backends.Named(name).Caches;
        Close.To(name, Image(reference), Image(backend), Tolerance, "image");

        float[] Image(IBackend by)
        {
            using var cache = by.NewKvCache(form.Spec);
            var random = new Samples(2);
            var layout = new StepLayout();
            layout.Add(50, 0);
            layout.SeeEachOther(10, 45);
            return by.View(by.Attention(
                form.Queries(by, random, 50), form.Keys(by, random, 50, caches), form.Keys(by, random, 50, caches),
                [cache], layout, 1, form.Window)).ToArray();
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Attention_WithoutKeys_ReadsTheCacheAsItIs(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var form = new Form(4, 2, 16, 10);
        using var cache = backend.NewKvCache(form.Spec);
        var random = new Samples(4);
        for (var step = 0; step < 60; step++)
        {
            var layout = new StepLayout();
            layout.Add(3, cache.Length);
            using var scope = backend.BeginScope();
            var q = form.Queries(backend, random, 3);
            var owner = backend.View(backend.Attention(
                q, form.Keys(backend, random, 3), form.Keys(backend, random, 3), [cache], layout, 1, form.Window));
            var shared = backend.View(backend.Attention(q, null, null, [cache], layout, 1, form.Window));
            Close.Alike(name, owner, shared, $"step {step}");
        }
        Assert.Equal(180, cache.Length);
        Assert.InRange(cache.Start, 100, 171);
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Fork_AnyLength_ContinuesAsIfThePromptWereItsOwn(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var form = new Form(4, 2, 16, null);
        foreach (var length in new[] { 0, 1, 31, 32, 33, 70 })
        {
            using var original = backend.NewKvCache(form.Spec);
            Step(backend, form, original, 70, seed: 1);
            using var fork = original.Fork(length)!;
            using var own = backend.NewKvCache(form.Spec);
            Step(backend, form, own, 70, seed: 1, keep: length);
            Assert.Equal(length, fork.Length);

            var expected = Step(backend, form, own, 40, seed: 2);
            var undisturbed = original.Fork(70)!;
            Close.Alike(name, expected, Step(backend, form, fork, 40, seed: 2), $"fork at {length}");
            Close.Alike(
                name, Step(backend, form, undisturbed, 9, seed: 3), Step(backend, form, original, 9, seed: 3), $"original of {length}");
            undisturbed.Dispose();
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Fork_BehindAWindow_IsRefusedWhenForgotten(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var form = new Form(1, 1, 8, 16);
        using var cache = backend.NewKvCache(form.Spec);
        for (var i = 0; i < 10; i++)
        {
            Step(backend, form, cache, 20, seed: i);
        }
        Assert.True(cache.Start > 0);
        Assert.Null(cache.Fork(cache.Start + 14));
        using var fork = cache.Fork(cache.Start + 15);
        Assert.NotNull(fork);
        Assert.Equal(cache.Start + 15, fork.Length);
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void SelfAttention_Segments_EqualReference(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var reference = Conformance.Backends.OpenReference();
        foreach (var (form, ends) in new (Form, int[])[]
        {
            (new(1, 1, 2, null), [1]), (new(3, 3, 72, null), [65]), (new(4, 2, 16, null), [31, 32, 64, 64, 129]),
        })
        {
            Close.To(name, Run(reference), Run(backend), Tolerance, form.ToString());

            float[] Run(IBackend by)
            {
                var random = new Samples(6);
                return by.View(by.SelfAttention(
                    form.Queries(by, random, ends[^1]), form.Keys(by, random, ends[^1]), form.Keys(by, random, ends[^1]),
                    ends, 0.2f)).ToArray();
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void CrossAttention_FewerOrMoreKeysThanQueries_EqualsReference(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var reference = Conformance.Backends.OpenReference();
        foreach (var (form, rows, keys) in new (Form, int, int)[]
        {
            (new(1, 1, 2, null), 1, 1), (new(12, 1, 64, null), 50, 13), (new(16, 1, 96, null), 9, 70), (new(4, 2, 20, null), 33, 32),
        })
        {
            Close.To(name, Run(reference), Run(backend), Tolerance, form.ToString());

            float[] Run(IBackend by)
            {
                var random = new Samples(8);
                return by.View(by.CrossAttention(
                    form.Queries(by, random, rows), form.Keys(by, random, keys), form.Keys(by, random, keys), 0.2f)).ToArray();
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void CrossAttention_OfAsManyKeysAsQueries_IsSelfAttention(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var form = new Form(6, 2, 24, null);
        var random = new Samples(9);
        var (q, k, v) = (form.Queries(backend, random, 45), form.Keys(backend, random, 45), form.Keys(backend, random, 45));

        var across = backend.View(backend.CrossAttention(q, k, v, 0.3f));

        Close.Alike(name, backend.View(backend.SelfAttention(q, k, v, [45], 0.3f)), across, form.ToString());
    }

    /// <param name="rounded">Keys and values are brought to numbers that caches of this type can hold.</param>
    private static float[] Prompt(IBackend backend, Form form, int[] steps, KvCacheType rounded = KvCacheType.Float32)
    {
        using var cache = backend.NewKvCache(form.Spec);
        var (total, first) = (steps.Sum(), 0);
        var random = new Samples(total);
        using var scope = backend.BeginScope();
        var q = form.Queries(backend, random, total);
        var (k, v) = (form.Keys(backend, random, total, rounded), form.Keys(backend, random, total, rounded));
        var layout = new StepLayout();
        var results = new List<float>();
        foreach (var rows in steps)
        {
            layout.Clear();
            layout.Add(rows, cache.Length);
            results.AddRange(backend.View(backend.Attention(
                backend.Slice(q, first, rows), backend.Slice(k, first, rows), backend.Slice(v, first, rows),
                [cache], layout, 0.25f, form.Window)));
            first += rows;
        }
        return [.. results];
    }

    /// <summary>Appends random rows and returns what they see; the same seed appends the same rows, of which a part may be kept.</summary>
    private static float[] Step(IBackend backend, Form form, KvCache cache, int rows, int seed, int? keep = null)
    {
        using var scope = backend.BeginScope();
        var random = new Samples(seed);
        var (q, k, v) = (form.Queries(backend, random, rows), form.Keys(backend, random, rows), form.Keys(backend, random, rows));
        var count = keep ?? rows;
        var layout = new StepLayout();
        layout.Add(count, cache.Length);
        return backend.View(backend.Attention(
            backend.Slice(q, 0, count), backend.Slice(k, 0, count), backend.Slice(v, 0, count),
            [cache], layout, 0.25f, form.Window)).ToArray();
    }

    private sealed record Form(int Heads, int KvHeads, int HeadDim, int? Window)
    {
        public KvCacheSpec Spec => new(KvHeads, HeadDim, Window);

        public int RowLength => Heads * HeadDim;

        public Tensor Queries(IBackend backend, Samples samples, int rows) =>
            backend.FromFloats(samples.Floats(rows * Heads * HeadDim), new Shape(rows, Heads, HeadDim));

        public Tensor Keys(IBackend backend, Samples samples, int rows, KvCacheType rounded = KvCacheType.Float32) => backend.FromFloats(
            Rounded.To(rounded, samples.Floats(rows * KvHeads * HeadDim), HeadDim), new Shape(rows, KvHeads, HeadDim));
    }
}
