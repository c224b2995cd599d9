using MlxActors.Actors.Tests.Fakes;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Constraints.Masks;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Stopping;
using MlxActors.Models;
using MlxActors.Native.Cpu;

namespace MlxActors.Generation.Tests.Batching;

/// <summary>Steps that are begun ahead: when they are, and what happens to them when something gets in between.</summary>
public sealed class AheadTests : IDisposable
{
    private const int MaxTokens = 9;

    private readonly CpuBackend _backend = new(new CpuOptions(CpuMode.Exact, Threads: 1));
    private readonly FakeModel _model;

    /// <summary>For each pass, its number of rows, and whether it was begun ahead.</summary>
    private readonly List<(int Rows, bool Ahead)> _passes = [];

    public AheadTests()
    {
        _model = new FakeModel("m", _backend, () => { });
        _model.OnForward = batch => _passes.Add((batch.Layout.Rows, batch.TokensToCome is not null));
    }

    public void Dispose() => _backend.Dispose();

    [Fact]
    public void Step_TokensLeft_BeginsTheNextBeforeTheyAreKnown()
    {
        using var runner = Runner();
        runner.Admit(Request(1));
        runner.Step();

        runner.Step();

        // The prompt, the first decode step, and the second.
        Assert.Equal([(4, false), (1, false), (1, true)], _passes);
        Assert.Equal(1, runner.Sampled.Length);
        Finish(runner);
        // The last token is not read by anybody.
        Assert.Equal(MaxTokens, _passes.Count);
    }

    [Fact]
    public void Step_NoCreditForTwo_BeginsNothingAhead()
    {
        using var runner = Runner();
        var request = Request(1) with { Credit = 2 };
        runner.Admit(request);
        runner.Step();
        runner.Step();
        Assert.False(runner.HasWork);

        runner.Grant(request.Id, 1);
        runner.Step();

        Assert.DoesNotContain(_passes, pass => pass.Ahead);
        Assert.Equal(1, runner.Sampled.Length);
    }

    [Fact]
    public void Step_RequestThatTheHostChoosesFor_BeginsNothingAhead()
    {
        using var runner = Runner();
        runner.Admit(Request(1));
        runner.Admit(Request(2) with { TopLogprobs = 1 });

        Finish(runner);

        Assert.DoesNotContain(_passes, pass => pass.Ahead);
    }

    [Fact]
    public void Step_NewPromptWhileOneIsUnderWay_TakesItsTurnAndThenJoins()
    {
        using var runner = Runner();
        var (first, second) = (Request(1), Request(2));
        runner.Admit(first);
        runner.Step();
        runner.Step();
        runner.Admit(second);

        runner.Step();
        Assert.Equal(second.Id, Assert.Single(runner.Sampled.ToArray()).Id);
        runner.Step();
        Assert.Equal(first.Id, Assert.Single(runner.Sampled.ToArray()).Id);
        runner.Step();

        Assert.Equal([first.Id, second.Id], runner.Sampled.ToArray().Select(sampled => sampled.Id));
    }

    [Fact]
    public void Remove_WhileAStepIsUnderWay_PassesItsRowOver()
    {
        using var runner = Runner();
        var (leaves, stays) = (Request(1), Request(2));
        runner.Admit(leaves);
        runner.Admit(stays);
        while (!_passes.Contains((2, true)))
        {
            runner.Step();
        }

        Assert.True(runner.Remove(leaves.Id));
        runner.Step();

        Assert.Equal(stays.Id, Assert.Single(runner.Sampled.ToArray()).Id);
        Assert.Equal(1, _model.LiveCaches);
    }

    [Fact]
    public void Remove_TheLastOfAStepUnderWay_LeavesNothingToDo()
    {
        using var runner = Runner();
        var request = Request(1);
        runner.Admit(request);
        runner.Step();
        runner.Step();

        Assert.True(runner.Remove(request.Id));

        Assert.False(runner.HasWork);
        runner.Step();
        Assert.True(runner.Sampled.IsEmpty && runner.Failed.IsEmpty);
    }

    /// <summary>Each pass once: what is told is what is told without steps ahead, and then the failure.</summary>
    [Fact]
    public void Step_AnyPassThatThrows_EndsThoseInItBehindTheTokensBefore()
    {
        for (var broken = 1; broken <= MaxTokens + 1; broken++)
        {
            Assert.Equal(Play(goesAhead: false, broken), Play(goesAhead: true, broken));
        }
    }

    /// <summary>One sequence's row holds no numbers.</summary>
    [Fact]
    public void Step_SpoiltRow_EndsItsSequenceAlone()
    {
        for (var length = 4; length < 4 + MaxTokens; length++)
        {
            _model.SpoilsLogits = tokens => tokens == length;
            Assert.Equal(Play(goesAhead: false, null), Play(goesAhead: true, null));
        }
    }

    /// <summary>What is told of two requests whose prompts are of 4 and 6 tokens.</summary>
    private string Play(bool goesAhead, int? brokenPass)
    {
        var passes = 0;
        _model.OnForward = _ =>
        {
            if (++passes == brokenPass)
            {
                throw new InvalidOperationException("out of memory");
            }
        };
        using var runner = Runner(goesAhead);
        SequenceRequest[] requests = [Request(1), Request(2, length: 6)];
        foreach (var request in requests)
        {
            runner.Admit(request);
        }
        var told = requests.ToDictionary(request => request.Id, _ => new List<string>());
        while (runner.HasWork)
        {
            runner.Step();
            foreach (var sampled in runner.Sampled)
            {
                told[sampled.Id].Add($"{sampled.Token}{sampled.Finished}");
            }
            foreach (var failed in runner.Failed)
            {
                told[failed.Id].Add(failed.Cause.Message);
            }
        }
        Assert.Equal(0, _model.LiveCaches);
        return string.Join(" | ", told.Values.Select(answer => string.Join(' ', answer)));
    }

    private static void Finish(BatchRunner runner)
    {
        while (runner.HasWork)
        {
            runner.Step();
            Assert.True(runner.Failed.IsEmpty);
        }
    }

    private BatchRunner Runner(bool goesAhead = true) => new(
        _model,
        _backend,
        new ConstraintMasks(_ => [], _model.Info),
        new BatchLimits(MaxBatch: 4, PrefillChunk: 8, KvBytes: null, FeatureBytes: 0),
        goesAhead,
        TimeProvider.System);

    private static SequenceRequest Request(int seed, int length = 4) => new(
        RequestId.New(),
        new PreparedPrompt([.. Enumerable.Range(seed, length)], []),
        SamplingPolicy.Resolve(SamplingOptions.Unset with { Temperature = 3 }, SamplingDefaults.Silent, (ulong)seed),
        new TokenLimits([], MaxTokens),
        Credit: 100);
}
