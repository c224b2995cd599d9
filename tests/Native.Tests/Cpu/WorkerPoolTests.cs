using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Tests.Cpu;

public sealed unsafe class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Run_ManyJobs_TouchesEachItemOnce(int threads)
    {
        using var pool = new WorkerPool(threads);
        var counts = stackalloc int[100];
        for (var job = 1; job <= 2000; job++)
        {
            pool.Run(&Count, counts, items: 100, block: 1 + job % 7);
        }
        Assert.All(new Span<int>(counts, 100).ToArray(), count => Assert.Equal(2000, count));
    }

    [Fact]
    public void Run_AfterAPause_WakesParkedThreads()
    {
        using var pool = new WorkerPool(3);
        var counts = stackalloc int[50];
        for (var job = 0; job < 5; job++)
        {
            Thread.Sleep(30);
            pool.Run(&Count, counts, items: 50, block: 1);
        }
        Assert.All(new Span<int>(counts, 50).ToArray(), count => Assert.Equal(5, count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_KernelThrows_ThrowsAtTheCallerAndGoesOn(int threads)
    {
        using var pool = new WorkerPool(threads);
        for (var i = 0; i < 20; i++)
        {
            Assert.Throws<InvalidOperationException>(() => pool.Run(&Throw, null, items: 100, block: 1));
        }
        var counts = stackalloc int[10];
        pool.Run(&Count, counts, items: 10, block: 1);
        Assert.All(new Span<int>(counts, 10).ToArray(), count => Assert.Equal(1, count));
    }

    [Fact]
    public void Run_OnSeveralThreads_GivesEachAnIndexOfItsOwn()
    {
        using var pool = new WorkerPool(4);
        var users = stackalloc int[4];
        new Span<int>(users, 4).Clear();
        pool.Run(&UseScratch, users, items: 4000, block: 1);
        Assert.All(new Span<int>(users, 4).ToArray(), count => Assert.Equal(0, count));
    }

    private static void Count(void* context, int first, int end, int worker)
    {
        for (var i = first; i < end; i++)
        {
            Interlocked.Increment(ref ((int*)context)[i]);
        }
    }

    private static void Throw(void* context, int first, int end, int worker)
    {
        if (first <= 50 && end > 50)
        {
            throw new InvalidOperationException("item 50");
        }
    }

    private static void UseScratch(void* context, int first, int end, int worker)
    {
        if (Interlocked.Increment(ref ((int*)context)[worker]) != 1)
        {
            throw new InvalidOperationException($"worker {worker} is two threads");
        }
        Thread.SpinWait(10);
        Interlocked.Decrement(ref ((int*)context)[worker]);
    }
}
