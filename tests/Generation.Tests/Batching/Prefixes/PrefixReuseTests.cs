using System.Collections.Immutable;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Stopping;
using MlxActors.Golden;
using MlxActors.Models;
using MlxActors.Models.Caches;
using MlxActors.Models.Media;
using MlxActors.Native.Cpu;
using MlxActors.Native.Tensors;

namespace MlxActors.Generation.Tests.Batching.Prefixes;

/// <summary>What is read again and what is not, on the demo checkpoint, and how kept prefixes and running sequences share the memory.</summary>
public sealed class PrefixReuseTests : IDisposable
{
    private const int Chunk = 16;
    private const int MaxTokens = 20;

    private readonly LoadedModel _loaded;
    private readonly CountingModel _model;

    public PrefixReuseTests()
    {
        var backend = new CpuBackend(new CpuOptions(CpuMode.Exact, Threads: 1));
        var loaded = ModelLoader.Load(Path.Combine(Goldens.Repository, "models", "demo"), backend, CancellationToken.None)
            .Match(loaded => loaded, error => throw new InvalidDataException(error.Message));
        _model = new CountingModel(loaded.Model);
        _loaded = loaded with { Model = _model };
    }

    public void Dispose() => _loaded.Dispose();

    [Theory]
    [InlineData(100)]
    [InlineData(700)]
    public void Step_NextTurn_ReadsOnlyWhatIsNew(int promptTokens)
    {
        using var runner = Runner();
        var first = Words(promptTokens, seed: 1);
        var answer = Answer(runner, first);
        _model.RowsRead = 0;

        var second = Run(runner, Request([.. first, .. answer.Tokens, .. Words(9, seed: 2)])).Single();

        // The last token of an answer is never fed back.
        Assert.Equal(promptTokens + MaxTokens - 1, second.CachedTokens);
        Assert.Equal(10, _model.RowsRead);
        Assert.Equal((1, 1, second.CachedTokens), (runner.Prefixes.Hits, runner.Prefixes.Misses, runner.Prefixes.Tokens));
    }

    [Fact]
    public void Step_SamePromptAgain_ReadsItsLastTokenAlone()
    {
        using var runner = Runner();
        var prompt = Words(300, seed: 1);
        Answer(runner, prompt);
        _model.RowsRead = 0;

        Assert.Equal(prompt.Length - 1, Answer(runner, prompt).CachedTokens);
        Assert.Equal(1, _model.RowsRead);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(277)]
    [InlineData(401)]
    public void Step_PromptThatPartsAnywhere_IsReadFromThere(int common)
    {
        using var runner = Runner();
        var prompt = Words(420, seed: 1);
        Answer(runner, prompt);
        int[] other = [.. prompt[..common], prompt[common] + 1, .. Words(30, seed: 3)];

        Assert.Equal(common, Answer(runner, [.. other]).CachedTokens);
    }

    [Fact]
    public void Step_ManyAnswersToOnePromptAtOnce_ReadItOnce()
    {
        using var runner = Runner();
        var prompt = Words(200, seed: 1);

        var answers = Run(runner, [.. Enumerable.Range(0, 4).Select(_ => Request(prompt))]);

        Assert.All(answers, answer => Assert.Equal(answers[0].Tokens, answer.Tokens));
        Assert.Equal(0, answers.Min(answer => answer.CachedTokens));
        Assert.Equal(prompt.Length + 3, _model.RowsRead);
    }

    [Fact]
    public void Step_ShortPromptsAtOnce_AreReadInOnePass()
    {
        using var runner = Runner(chunk: 64);
        Admit(runner, Words(20, seed: 1), Words(20, seed: 2), Words(20, seed: 3));

        runner.Step();

        Assert.Equal([20, 20, 20], _model.LastRows);
        Assert.Equal(3, runner.Sampled.Length);
    }

    [Fact]
    public void Step_LongPrompt_LeavesTheShortOnesWhatItsLastChunkLeaves()
    {
        using var runner = Runner(chunk: 64);
        Admit(runner, Words(100, seed: 1), Words(40, seed: 2), Words(20, seed: 3));

        runner.Step();
        Assert.Equal([64], _model.LastRows);

        // The next in line is the second, which leaves room for the third.
        runner.Step();
        Assert.Equal([40, 20], _model.LastRows);
        Assert.Equal(2, runner.Sampled.Length);

        runner.Step();
        runner.Step();
        Assert.Equal([36], _model.LastRows);
    }

    [Fact]
    public void Step_PromptsThatBeginAlike_AreReadOneAfterTheOther()
    {
        using var runner = Runner(chunk: 64);
        var common = Words(20, seed: 1);
        Admit(runner, [.. common, 7], [.. common, 8], Words(10, seed: 2));

        runner.Step();
        Assert.Equal([21, 10], _model.LastRows);

        runner.Step();
        runner.Step();
        Assert.Equal([1], _model.LastRows);
        Assert.Equal((1, 2, 20), (runner.Prefixes.Hits, runner.Prefixes.Misses, runner.Prefixes.Tokens));
    }

    [Fact]
    public void Step_KnownBeginningOfSeveralPrompts_LeavesTheRestForOnePass()
    {
        using var runner = Runner(chunk: 64);
        var common = Words(100, seed: 1);
        Answer(runner, common);
        Admit(runner, [.. common, .. Words(9, seed: 2)], [.. common, .. Words(8, seed: 3)]);

        runner.Step();

        Assert.Equal([9, 8], _model.LastRows);
        Assert.All(runner.Sampled.ToArray(), sampled => Assert.Equal(100, sampled.CachedTokens));
    }

    [Fact]
    public void Step_PromptsAlikeBeyondWhatIsKnown_AreCountedWhenTheyAreRead()
    {
        using var runner = Runner(chunk: 64);
        var known = Words(100, seed: 1);
        ImmutableArray<int> common = [.. known, .. Words(20, seed: 2)];
        Answer(runner, known);
        Admit(runner, [.. common, 7], [.. common, 8]);

        runner.Step();
        Assert.Equal((1, 100), (runner.Prefixes.Hits, runner.Prefixes.Tokens));

        runner.Step();
        runner.Step();
        Assert.Equal((2, 220), (runner.Prefixes.Hits, runner.Prefixes.Tokens));
    }

    [Fact]
    public void Remove_InTheMiddleOfAPrompt_KeepsWhatWasRead()
    {
        using var runner = Runner();
        var prompt = Words(200, seed: 1);
        var leaves = Request(prompt);
        runner.Admit(leaves);
        runner.Step();
        runner.Step();
        runner.Step();

        runner.Remove(leaves.Id);

        Assert.Equal(3 * Chunk, Answer(runner, prompt).CachedTokens);
    }

    [Fact]
    public void Step_RequestThatNeedsAllMemory_IsNotKeptWaiting()
    {
        using var sizes = _model.NewCache();
        var all = sizes.BytesFor(600 + MaxTokens, Chunk);
        using var runner = Runner(kvBytes: all);
        for (var seed = 1; seed <= 4; seed++)
        {
            Answer(runner, Words(200, seed));
        }
        Assert.InRange(runner.Prefixes.Bytes, all / 2, all);
        runner.Admit(Request(Words(600, seed: 9)));
        runner.Step();

        Assert.Equal(1, runner.Running);
        while (runner.HasWork)
        {
            Assert.InRange(runner.Prefixes.Bytes, 0, all);
            runner.Step();
            Assert.Empty(runner.Failed.ToArray());
        }
        Assert.Equal(0, runner.Running);
    }

    [Fact]
    public void Step_BudgetForLittle_KeepsTheLatest()
    {
        using var sizes = _model.NewCache();
        var budget = 3 * sizes.BytesFor(100 + MaxTokens, Chunk);
        using var runner = Runner(budget);
        var prompts = Enumerable.Range(1, 6).Select(seed => Words(100, seed)).ToArray();
        foreach (var prompt in prompts)
        {
            Answer(runner, prompt);
            Assert.InRange(runner.Prefixes.Bytes, 1, budget);
        }

        Assert.Equal(99, Answer(runner, prompts[^1]).CachedTokens);
        Assert.Equal(99, Answer(runner, prompts[^2]).CachedTokens);
        Assert.Equal(0, Answer(runner, prompts[0]).CachedTokens);
    }

    [Fact]
    public void Step_NoBudget_KeepsNothing()
    {
        using var runner = Runner(budget: 0);
        var prompt = Words(100, seed: 1);
        Answer(runner, prompt);

        Assert.Equal(0, Answer(runner, prompt).CachedTokens);
        Assert.Equal(default, runner.Prefixes);
    }

    private static ImmutableArray<int> Words(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(300, 1500))];
    }

    private static SequenceRequest Request(ImmutableArray<int> tokens) => new(
        RequestId.New(), new PreparedPrompt(tokens, []), SamplingPolicy.Greedy.Instance, new TokenLimits([], MaxTokens), MaxTokens);

    private static (List<int> Tokens, int CachedTokens) Answer(BatchRunner runner, ImmutableArray<int> prompt) => Run(runner, Request(prompt)).Single();

    private static List<(List<int> Tokens, int CachedTokens)> Run(BatchRunner runner, params SequenceRequest[] requests)
    {
        Array.ForEach(requests, request => Assert.Null(runner.Admit(request)));
        var answers = requests.ToDictionary(request => request.Id, _ => (Tokens: new List<int>(), CachedTokens: 0));
        while (runner.HasWork)
        {
            runner.Step();
            Assert.Empty(runner.Failed.ToArray());
            foreach (var sampled in runner.Sampled)
            {
                answers[sampled.Id].Tokens.Add(sampled.Token);
                answers[sampled.Id] = answers[sampled.Id] with { CachedTokens = sampled.CachedTokens };
            }
        }
        return [.. requests.Select(request => answers[request.Id])];
    }

    private static void Admit(BatchRunner runner, params ImmutableArray<int>[] prompts) =>
        Array.ForEach(prompts, prompt => Assert.Null(runner.Admit(Request(prompt))));

    private BatchRunner Runner(long budget = 64 << 20, long? kvBytes = null, int chunk = Chunk) =>
        new(_loaded, new BatchLimits(MaxBatch: 4, chunk, kvBytes, FeatureBytes: 0) { PrefixBytes = budget });

    /// <summary>Counts the rows of prompts; of an answer, each step has one for a sequence.</summary>
    private sealed class CountingModel(IModel model) : IModel
    {
        private readonly HashSet<SequenceCache> _answering = [];

        public ModelInfo Info => model.Info;

        public long WeightBytes => model.WeightBytes;

        public int RowsRead { get; set; }

        /// <summary>Of the last pass, one number a sequence.</summary>
        public int[] LastRows { get; private set; } = [];

        public SequenceCache NewCache() => model.NewCache();

        public Tensor? Forward(Batch batch)
        {
            LastRows = [.. batch.Layout.Sequences.ToArray().Select(sequence => sequence.Rows)];
            for (var i = 0; i < batch.Caches.Length; i++)
            {
                RowsRead += _answering.Contains(batch.Caches[i]) ? 0 : batch.Layout.Sequences[i].Rows;
            }
            var logits = model.Forward(batch);
            if (logits is not null)
            {
                _answering.UnionWith(batch.Caches.ToArray());
            }
            return logits;
        }

        public KeptTensor Encode(MediaInput input) => model.Encode(input);

        public void Dispose() => model.Dispose();
    }
}
