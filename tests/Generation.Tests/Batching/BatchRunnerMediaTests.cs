using System.Collections.Immutable;
using MlxActors.Actors.Tests.Fakes;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Stopping;
using MlxActors.Models;
using MlxActors.Models.Chat;
using MlxActors.Native.Cpu;
using MlxActors.Native.Results;

namespace MlxActors.Generation.Tests.Batching;

/// <summary>What of a batch's media is encoded, kept and freed.</summary>
public sealed class BatchRunnerMediaTests : IDisposable
{
    private const int ImageTokens = 5;
    private const int MaxTokens = 6;

    /// <summary>Room for two images' features.</summary>
    private const int Budget = 2 * ImageTokens * sizeof(float);

    private readonly CpuBackend _backend = new(new CpuOptions(CpuMode.Exact, Threads: 1));
    private readonly FakeModel _model;

    public BatchRunnerMediaTests() => _model = new FakeModel("m", _backend, () => { });

    public void Dispose() => _backend.Dispose();

    [Fact]
    public void Step_SecondTurnAboutAnImage_EncodesItNotAgain()
    {
        using var runner = Runner();

        var first = Answer(runner, Request("what is ", 1, "?"));
        var second = Answer(runner, Request("what is ", 1, "? a cat. and its colour?"));

        Assert.Equal([1000], _model.EncodedImages);
        Assert.Equal(Expected("what is ", 1, "?"), first);
        Assert.Equal(Expected("what is ", 1, "? a cat. and its colour?"), second);
        Assert.Equal((1, 1), (runner.Features.Hits, runner.Features.Misses));
    }

    [Fact]
    public void Step_SameImageInTwoRequestsAtOnce_IsEncodedOnceEvenWhenNothingIsKept()
    {
        using var runner = Runner(budget: 0);
        var (first, second) = (Request("a ", 1, ""), Request("another ", 1, "?"));
        runner.Admit(first);

        var answers = Run(runner, second);

        Assert.Equal([1000], _model.EncodedImages);
        Assert.Equal(Expected("a ", 1, ""), answers[first.Id]);
        Assert.Equal(Expected("another ", 1, "?"), answers[second.Id]);
        Assert.Equal((0, 0L), (_model.LiveFeatures, runner.Features.Bytes));
    }

    [Fact]
    public void Step_SameImageTwiceInOnePrompt_IsEncodedOnce()
    {
        using var runner = Runner();

        var answer = Answer(runner, Request("same", 3, "", 3, "?"));

        Assert.Equal([3000], _model.EncodedImages);
        Assert.Equal(Expected("same", 3, "", 3, "?"), answer);
    }

    [Fact]
    public void Step_MediaThatAreKept_TakeOneStepTogether()
    {
        using var runner = Runner();
        Answer(runner, Request("", 1, "", 2, ""));
        runner.Admit(Request("", 1, "", 2, "", 1, "", 2, "again"));

        runner.Step();
        runner.Step();

        Assert.Equal(2, _model.EncodedImages.Count);
        Assert.Contains(ImageTokens, _model.Steps.Last().RowsPerSequence);
    }

    [Fact]
    public void Step_MoreImagesThanTheBudgetHolds_KeepsTheLatest()
    {
        using var runner = Runner();
        foreach (var image in new[] { 1, 2, 3, 2, 3 })
        {
            Answer(runner, Request("", image, ""));
        }

        Assert.Equal([1000, 2000, 3000], _model.EncodedImages);
        Assert.Equal((2, (long)Budget), (_model.LiveFeatures, runner.Features.Bytes));
    }

    [Fact]
    public void Step_EncodeThatThrows_FailsItsRequestAloneAndKeepsNothing()
    {
        using var runner = Runner();
        _model.OnEncode = () => throw new InvalidOperationException("too large");
        var broken = Request("", 1, "");
        runner.Admit(broken);
        runner.Step();
        Assert.Equal(broken.Id, Assert.Single(runner.Failed.ToArray()).Id);

        _model.OnEncode = () => { };
        var answer = Answer(runner, Request("", 1, ""));

        Assert.Equal(Expected("", 1, ""), answer);
        Assert.Equal([1000], _model.EncodedImages);
    }

    [Fact]
    public void Step_PromptThatThrowsAmongOthers_FailsAloneAndTheOthersAreReadAgain()
    {
        using var runner = Runner(chunk: 64);
        var poison = FakeProcessor.Tokens("ill!");
        _model.OnForward = batch =>
        {
            if (batch.Tokens.IndexOf(poison.AsSpan()) >= 0)
            {
                throw new InvalidOperationException("poisoned");
            }
        };
        var (seeing, broken, healthy) = (Request("a ", 1, "?"), Request("ill!"), Request("well"));
        var failed = new List<RequestId>();

        var answers = Run(runner, failed.Add, seeing, broken, healthy);

        Assert.Equal(3, _model.Steps.First().RowsPerSequence.Length);
        Assert.Equal([broken.Id], failed);
        Assert.Equal(Expected("a ", 1, "?"), answers[seeing.Id]);
        Assert.Equal(Expected("well"), answers[healthy.Id]);
        Assert.Equal([1000], _model.EncodedImages);
        Assert.Equal((1, 0), (_model.LiveFeatures, runner.Running));
    }

    [Fact]
    public void Remove_WhileAnotherUsesTheImage_LeavesItToThatOne()
    {
        using var runner = Runner(budget: 0);
        var (leaves, stays) = (Request("leaves", 1, ""), Request("stays", 1, ""));
        runner.Admit(leaves);
        runner.Admit(stays);
        while (runner.Features.Hits == 0)
        {
            runner.Step();
        }

        Assert.True(runner.Remove(leaves.Id));
        Assert.Equal(1, _model.LiveFeatures);
        var answers = Run(runner);

        Assert.Equal(Expected("stays", 1, ""), answers[stays.Id]);
        Assert.Equal(0, _model.LiveFeatures);
    }

    [Fact]
    public void Dispose_WithSequencesUnderWay_FreesEverything()
    {
        var runner = Runner();
        Answer(runner, Request("", 1, ""));
        runner.Admit(Request("", 2, ""));
        runner.Step();
        Assert.Equal(2, _model.LiveFeatures);

        runner.Dispose();

        Assert.Equal((0, 0), (_model.LiveFeatures, _model.LiveCaches));
    }

    private BatchRunner Runner(long budget = Budget, int chunk = 4) =>
        new(new LoadedModel(_model, new FakeProcessor(), _backend), new BatchLimits(MaxBatch: 4, chunk, KvBytes: null, FeatureBytes: budget));

    /// <summary>Texts and images (by the byte that fills their files) of one prompt.</summary>
    private static PreparedPrompt Prompt(object[] parts)
    {
        var media = parts.OfType<int>().Select(image =>
            new MediaSource(Enumerable.Repeat((byte)image, ImageTokens).ToArray(), "messages")).ToImmutableArray();
        var images = 0;
        var content = parts.Select(ContentPart (part) =>
            part is string text ? new ContentPart.Text(text) : new ContentPart.Image(images++));
        var conversation = new Conversation([new ChatMessage(Role.User, [.. content], [])], [], media);
        return Assert.IsType<Result<PreparedPrompt, PromptError>.Ok>(FakeProcessor.PromptOf(conversation)).Value;
    }

    private static SequenceRequest Request(params object[] parts) => new(
        RequestId.New(), Prompt(parts), SamplingPolicy.Greedy.Instance, new TokenLimits([FakeModel.EndOfTurn], MaxTokens), MaxTokens);

    private static IEnumerable<int> Expected(params object[] parts) =>
        FakeModel.Answer("m", FakeProcessor.Values(Prompt(parts)), MaxTokens);

    private static List<int> Answer(BatchRunner runner, SequenceRequest request) => Run(runner, request)[request.Id];

    private static Dictionary<RequestId, List<int>> Run(BatchRunner runner, params SequenceRequest[] requests) =>
        Run(runner, id => Assert.Fail($"{id} failed"), requests);

    private static Dictionary<RequestId, List<int>> Run(BatchRunner runner, Action<RequestId> onFailed, params SequenceRequest[] requests)
    {
        Array.ForEach(requests, request => runner.Admit(request));
        var answers = new Dictionary<RequestId, List<int>>();
        while (runner.HasWork)
        {
            runner.Step();
            Array.ForEach(runner.Failed.ToArray(), failed => onFailed(failed.Id));
            foreach (var sampled in runner.Sampled)
            {
                answers.TryAdd(sampled.Id, []);
                answers[sampled.Id].Add(sampled.Token);
            }
        }
        return answers;
    }
}
