using MlxActors.Generation;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Stopping;
using MlxActors.Models;
using MlxActors.Native;
using MlxActors.Native.Results;
using MlxActors.Native.Tensors;
using Xunit.Abstractions;

namespace MlxActors.Golden.Families;

[Collection(MlxFamilyTests.Collection)]
public sealed class MlxMemoryTests(ITestOutputHelper output)
{
    private const int Swaps = 50;

    /// <summary>The two models that ship, in turns: loaded, prompted, unloaded.</summary>
    [SkippableFact]
    public void Unload_FiftyModelsInTurn_GivesAllMemoryBackEachTime()
    {
        using (MlxFamilyTests.Open())
        {
        }
        var empty = MemoryUse.Mlx;
        var loaded = new HashSet<(string, long)>();
        for (var swap = 0; swap < Swaps; swap++)
        {
            var name = swap % 2 == 0 ? "demo" : "demo-qwen";
            var model = ((Result<LoadedModel, LoadError>.Ok)ModelLoader.Load(
                Path.Combine(Goldens.Repository, "models", name), MlxFamilyTests.Open(), default)).Value;
            Answer(model);
            AwaitAll(model.Backend);
            loaded.Add((name, MemoryUse.Mlx));
            model.Dispose();
            Assert.Equal(empty, MemoryUse.Mlx);
        }
        output.WriteLine($"{Swaps} swaps: {string.Join(", ", loaded)} bytes loaded, {MemoryUse.Mlx} unloaded");
        // Each model takes the same every time.
        Assert.Equal(2, loaded.Count);
        Assert.All(loaded, entry => Assert.True(entry.Item2 > empty));
    }

    /// <summary>A short answer with steps begun ahead, and the end of the batch while one is under way.</summary>
    private static void Answer(LoadedModel model)
    {
        using var runner = new BatchRunner(model, new BatchLimits(MaxBatch: 1, PrefillChunk: 8, KvBytes: null, FeatureBytes: 0));
        runner.Admit(new SequenceRequest(
            RequestId.New(), new PreparedPrompt([5, 6, 7], []), SamplingPolicy.Greedy.Instance, new TokenLimits([], 100), Credit: 100));
        for (var step = 0; step < 5; step++)
        {
            runner.Step();
            Assert.Equal(1, runner.Sampled.Length);
        }
    }

    /// <summary>What is computed last is computed behind all that was begun before.</summary>
    private static void AwaitAll(IBackend backend)
    {
        using var scope = backend.BeginScope();
        Assert.Equal([6], backend.View(backend.Scale(backend.FromFloats([3], new Shape(1)), 2)).ToArray());
    }
}
