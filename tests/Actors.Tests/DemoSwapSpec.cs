using MlxActors.Actors.Hosting;
using MlxActors.Generation;
using MlxActors.Native;
using MlxActors.Native.Cpu;
using Xunit.Abstractions;

namespace MlxActors.Actors.Tests;

/// <summary>Two hundred swaps between the two demo checkpoints: each begins with nothing in memory, and nothing piles up.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class DemoSwapSpec(ITestOutputHelper output) : ActorSpec
{
    private const int Swaps = 200;

    /// <summary>From here on the runtime has compiled what it will, and its pools are full.</summary>
    private const int Warm = 40;

    private const long ManagedSlack = 4 << 20;

    private readonly List<(long Mapped, long Allocated)> _beforeLoads = [];

    protected override MlxActorsOptions Options
    {
        get
        {
            var demo = DemoModels.Options(new CpuOptions(CpuMode.Fast, Threads: 1));
            return demo with
            {
                Load = (directory, progress, cancellationToken) =>
                {
                    _beforeLoads.Add((MemoryUse.Mapped, MemoryUse.Allocated));
                    return demo.Load(directory, progress, cancellationToken);
                },
            };
        }
    }

    [Fact]
    public async Task Memory_returns_to_the_level_before_over_two_hundred_swaps()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var (start, managed, loaded) = ((MemoryUse.Mapped, MemoryUse.Allocated), new List<long>(), new HashSet<(string, long, long)>());

        for (var swap = 0; swap < Swaps; swap++)
        {
            var model = swap % 2 == 0 ? "demo" : "demo-qwen";
            Assert.IsType<GenerationEvent.Finished>((await Answer(Request(model, "Hello", maxTokens: 2)))[^1]);
            await NothingIsLeft();
            loaded.Add((model, MemoryUse.Mapped, MemoryUse.Allocated));
            // Of one model, since each has tokens and tables of its own.
            if (swap >= Warm && (swap - Warm) % 40 == 0 || swap == Swaps - 2)
            {
                managed.Add(GC.GetTotalMemory(forceFullCollection: true));
                output.WriteLine($"after {swap + 1} swaps: {managed[^1] / 1e6:0.0} MB managed, {Environment.WorkingSet / 1e6:0} MB resident");
            }
        }

        Assert.Equal(Swaps, _beforeLoads.Count);
        Assert.All(_beforeLoads, level => Assert.Equal(start, level));
        // With a model in memory, too, there is one level for each.
        Assert.Equal(2, loaded.Count);
        // What leaks is there each time; what is only on its way out is not.
        Assert.InRange(managed.TakeLast(2).Min(), 0, managed[0] + ManagedSlack);
    }
}
