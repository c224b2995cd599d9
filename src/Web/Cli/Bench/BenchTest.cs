namespace MlxActors.Web.Cli.Bench;

/// <summary>One thing to time.</summary>
/// <param name="Depth">Tokens that each sequence has behind it before the clock runs.</param>
internal abstract record BenchTest(int Tokens, int Depth)
{
    /// <summary>Sequences that run together.</summary>
    public abstract int Batch { get; }

    /// <summary>As llama-bench writes it: <c>pp512</c>, <c>tg64@d4000</c>, <c>tg64 b8</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Tokens that the test brings, of all sequences.</summary>
    public int AllTokens => Tokens * Batch;

    private string Behind => Depth > 0 ? $"@d{Depth}" : "";

    /// <summary>A prompt is read.</summary>
    internal sealed record Prefill(int Tokens, int Depth) : BenchTest(Tokens, Depth)
    {
        public override int Batch => 1;

        public override string Name => $"pp{Tokens}{Behind}";
    }

    /// <summary>Answers are generated, a token of each sequence in a step.</summary>
    internal sealed record Decode(int Tokens, int Depth, int Sequences) : BenchTest(Tokens, Depth)
    {
        public override int Batch => Sequences;

        public override string Name => $"tg{Tokens}{Behind}{(Sequences > 1 ? $" b{Sequences}" : "")}";
    }

    /// <summary>Every prompt and every answer at every depth; answers in every batch. What has no tokens is left out.</summary>
    public static IEnumerable<BenchTest> All(
        IReadOnlyList<int> prompts, IReadOnlyList<int> answers, IReadOnlyList<int> depths, IReadOnlyList<int> batches) =>
        from depth in depths
        from test in prompts.Select(BenchTest (tokens) => new Prefill(tokens, depth))
            .Concat(answers.SelectMany(_ => batches, BenchTest (tokens, batch) => new Decode(tokens, depth, batch)))
        where test.Tokens > 0
        select test;
}
