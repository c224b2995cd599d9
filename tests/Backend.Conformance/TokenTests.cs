using MlxActors.Native.Tensors;
using MlxActors.Native.Tensors.Choosing;

namespace MlxActors.Backend.Conformance;

public sealed class TokenTests
{
    private const int Vocabulary = 3000;

    public static TheoryData<string> Backends => Conformance.Backends.All;

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Choose_WithoutDraws_IsTheFirstOfTheBest(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var logits = backend.FromFloats([1, 3, 2, 3, -5, float.NegativeInfinity, -4, -4], new Shape(2, 4));
        Assert.Equal([1, 2], backend.ViewIds(backend.Choose(logits, [null, null])).ToArray());
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Choose_RowsThatHoldNoNumberToChooseBy_AreNoneAndSpoilNoOther(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        float[] none = Enumerable.Repeat(float.NegativeInfinity, 3).ToArray();
        var logits = backend.FromFloats(
            [0, float.NaN, 1, 0, 5, 1, float.PositiveInfinity, 1, 2, .. none, 7, 1, float.NegativeInfinity], new Shape(5, 3));
        foreach (var draw in new TokenDraw?[] { null, new TokenDraw(new TokenFilters(1, 2, .9, .01), 0) })
        {
            Assert.Equal([-1, 1, -1, -1, 0], backend.ViewIds(backend.Choose(logits, [draw, draw, draw, draw, draw])).ToArray());
        }
    }

    /// <summary>Every combination of filters, rows of a step together, held against the definition in double precision.</summary>
    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Choose_Draws_AreWhereTheRandomNumberFalls(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var samples = new Samples(5);
        foreach (var filters in Filters())
        {
            TokenDraw?[] draws = [.. Enumerable.Range(0, 6).Select(i => i == 3 ? (TokenDraw?)null : new TokenDraw(filters, i * 0.1999))];
            var logits = samples.Floats(draws.Length * Vocabulary, 6);
            // Equal ones share one fate.
            logits[7] = logits[8] = logits[9];
            var tokens = backend.ViewIds(backend.Choose(backend.FromFloats(logits, new Shape(draws.Length, Vocabulary)), draws)).ToArray();
            for (var row = 0; row < draws.Length; row++)
            {
                AssertFallsInto(tokens[row], logits.AsSpan(row * Vocabulary, Vocabulary).ToArray(), draws[row], $"{filters}, row {row}");
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Choose_ARowAmongOthers_IsWhatItIsAlone(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var logits = new Samples(6).Floats(4 * Vocabulary, 4);
        TokenDraw?[] draws =
        [
            new TokenDraw(TokenFilters.None, 0.3), null, new TokenDraw(new TokenFilters(.8f, 40, .9, null), 0.999),
            new TokenDraw(TokenFilters.None with { MinP = .05 }, 0.5),
        ];
        var together = backend.ViewIds(backend.Choose(backend.FromFloats(logits, new Shape(4, Vocabulary)), draws)).ToArray();
        for (var row = 0; row < draws.Length; row++)
        {
            var alone = backend.FromFloats(logits.AsSpan(row * Vocabulary, Vocabulary), new Shape(1, Vocabulary));
            Assert.Equal([together[row]], backend.ViewIds(backend.Choose(alone, draws.AsSpan(row, 1))).ToArray());
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Choose_TheLargestRandomNumber_IsATokenThatIsLeft(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var logits = new Samples(7).Floats(Vocabulary, 1);
        var draw = new TokenDraw(TokenFilters.None with { TopK = 3 }, Math.BitDecrement(1.0));
        var token = backend.ViewIds(backend.Choose(backend.FromFloats(logits, new Shape(1, Vocabulary)), [draw]))[0];
        Assert.Contains(logits[token], logits.OrderDescending().Take(3));
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Begin_TokensOfAScopeThatEnded_AreRowsOfTheNextStep(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var samples = new Samples(2);
        foreach (var weight in new[] { samples.Plain(4, 64, DType.BFloat16), samples.Quantized(4, 64, 4, 32, DType.Float16) })
        {
            var table = weight.ImportInto(backend);
            KeptTensor ids;
            using (backend.BeginScope())
            {
                var logits = backend.FromFloats([0, 0, 1, 0, 0, 9, 1, 0, 1, 0, 0, 0], new Shape(3, 4));
                ids = backend.Begin(backend.Choose(logits, [null, null, null]));
            }
            using var scope = backend.BeginScope();
            var rows = backend.View(backend.Embed(ids.Value, table)).ToArray();
            var gathered = backend.View(backend.Embed(backend.Gather(ids.Value, [2, 1]), table)).ToArray();
            Assert.Equal([2, 1, 0], backend.ViewIds(ids.Value).ToArray());
            Assert.Equal(backend.View(backend.Embed([2, 1, 0], table)).ToArray(), rows);
            Assert.Equal(backend.View(backend.Embed([0, 1], table)).ToArray(), gathered);
            ids.Dispose();
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Embed_IdsThatTheTableLacks_GetItsFirstRow(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var samples = new Samples(3);
        var table = samples.Plain(2, 8, DType.Float32).ImportInto(backend);
        // Ids 4, 0, 2, 1, none.
        var logits = backend.FromFloats(
            [0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, float.NaN, 0, 0, 0, 0], new Shape(5, 5));
        var ids = backend.Choose(logits, [null, null, null, null, null]);
        var expected = backend.View(backend.Embed([0, 0, 1, 0, 0], table)).ToArray();
        Assert.Equal(expected, backend.View(backend.Embed(ids, table, firstId: 1)).ToArray());
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void ReplaceRows_OfIdsInARange_LeavesTheOthers(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var ids = backend.Choose(backend.FromFloats([0, 0, 1, 1, 0, 0, 0, 1, 0], new Shape(3, 3)), [null, null, null]);
        var x = backend.FromFloats([1, 2, 3, 4, 5, 6], new Shape(3, 2));
        var y = backend.FromFloats([-1, -2, -3, -4, -5, -6], new Shape(3, 2));
        Assert.Equal([-1, -2, 3, 4, -5, -6], backend.View(backend.ReplaceRows(x, ids, firstId: 1, count: 2, y)).ToArray());
        Assert.Equal([1, 2, 3, 4, 5, 6], backend.View(x).ToArray());
    }

    private static IEnumerable<TokenFilters> Filters() =>
        from temperature in new[] { 1f, 0.6f, 2f }
        from topK in new int?[] { null, 1, 50, 2 * Vocabulary }
        from topP in new double?[] { null, 0, 0.35, 0.95 }
        from minP in new double?[] { null, 0.1 }
        select new TokenFilters(temperature, topK, topP, minP);

    /// <summary>
    /// The token that the definition gives, or one beside it: Float32 sums move the borders of the filters and of the draw by a hair.
    /// </summary>
    private static void AssertFallsInto(int token, float[] logits, TokenDraw? draw, string what)
    {
        var best = logits.Max();
        if (draw is not var (filters, unit))
        {
            Assert.True(token == Array.IndexOf(logits, best), what);
            return;
        }
        var weights = logits.Select(logit => Math.Exp((logit - best) / filters.Temperature)).ToArray();
        Assert.True(new[] { -1e-5, 0, 1e-5 }.Any(hair => Falls(token, weights, filters, unit, hair)), $"{what}: {token}");
    }

    private static bool Falls(int token, double[] weights, TokenFilters filters, double unit, double hair)
    {
        var left = weights.OrderDescending().ToArray();
        var floor = filters.TopK is { } k ? left[Math.Min(k, left.Length) - 1] : 0;
        if (filters.TopP is { } p)
        {
            var wanted = (p + hair) * left.Where(weight => weight >= floor).Sum();
            var (mass, count) = (left[0], 1);
            while (mass < wanted && count < left.Length && left[count] >= floor)
            {
                mass += left[count++];
            }
            floor = Math.Max(floor, left[count - 1]);
        }
        floor = Math.Max(floor, Math.Min(filters.MinP ?? 0, 1) * (1 + hair));
        var kept = weights.Select(weight => weight >= floor * (1 - 1e-7) ? weight : 0).ToArray();
        var (before, point) = (kept.Take(token).Sum(), unit * kept.Sum());
        var slack = 1e-5 * kept.Sum();
        return kept[token] > 0 && before <= point + slack && point < before + kept[token] + slack;
    }
}
