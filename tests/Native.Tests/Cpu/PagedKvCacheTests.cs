using MlxActors.Native.Cpu.Caches;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Tests.Cpu;

public sealed unsafe class PagedKvCacheTests
{
    private static readonly KvCacheSpec Full = new(2, 8, Window: null);

    [Fact]
    public void View_Appending_TakesAPageForEach32Tokens()
    {
        using var pool = new PagePool();
        using var cache = new PagedKvCache(Full, pool);
        Append(cache, 32);
        Assert.Equal(1, pool.InUse);
        Append(cache, 1);
        Assert.Equal(2, pool.InUse);
        Assert.Equal(2 * new PageLayout(2, 8).Floats * sizeof(float), cache.Bytes);
    }

    [Fact]
    public void View_BehindAWindow_GivesBackWhatNoLaterTokenSees()
    {
        using var pool = new PagePool();
        using var cache = new PagedKvCache(Full with { Window = 33 }, pool);
        Append(cache, 64);
        Append(cache, 1);
        // The token at 64 sees the keys from 32 on.
        Assert.Equal((32, 2), (cache.Start, pool.InUse));
        for (var i = 0; i < 1000; i++)
        {
            Append(cache, 1);
            Assert.InRange(pool.InUse, 2, 3);
        }
    }

    [Fact]
    public void Fork_SharesPages_UntilOneAppends()
    {
        using var pool = new PagePool();
        using var cache = new PagedKvCache(Full, pool);
        Append(cache, 40);
        using (var fork = (PagedKvCache)cache.Fork(40)!)
        {
            Assert.Equal(2, pool.InUse);
            var own = Append(fork, 1);
            Assert.Equal(3, pool.InUse);
            var original = Append(cache, 1);
            Assert.Equal(3, pool.InUse);
            Assert.True(own.Page(0) == original.Page(0));
            Assert.True(own.Page(1) != original.Page(1));
        }
        Assert.Equal(2, pool.InUse);
    }

    [Fact]
    public void Dispose_OfTheOriginal_LeavesTheForkItsPages()
    {
        using var pool = new PagePool();
        var cache = new PagedKvCache(Full, pool);
        Append(cache, 100);
        var fork = cache.Fork(64)!;
        cache.Dispose();
        cache.Dispose();
        Assert.Equal(2, pool.InUse);
        fork.Dispose();
        Assert.Equal(0, pool.InUse);
    }

    [Fact]
    public void Rent_AfterUse_IsZeroAgain()
    {
        using var pool = new PagePool();
        var layout = new PageLayout(1, 4);
        var page = pool.Rent(layout);
        ((float*)page)[5] = 7;
        pool.Release(page, layout);
        Assert.Equal(page, pool.Rent(layout));
        Assert.Equal(0, ((float*)page)[5]);
    }

    [Fact]
    public void Dispose_AfterThePool_TouchesNothing()
    {
        var pool = new PagePool();
        var cache = new PagedKvCache(Full, pool);
        Append(cache, 10);
        pool.Dispose();
        cache.Dispose();
        Assert.Throws<ObjectDisposedException>(() => cache.Fork(0));
    }

    private static SequenceView Append(PagedKvCache cache, int rows) =>
        cache.View(new SequenceRows(0, rows, cache.Length), appends: true);
}
