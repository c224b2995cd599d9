using MlxActors.Native.Cpu;
using MlxActors.Native.Cpu.Caches;
using MlxActors.Native.Tensors;

namespace MlxActors.Native.Tests.Cpu;

public sealed unsafe class PagedKvCacheTests
{
    private static readonly KvCacheSpec Full = new(2, 8, Window: null);

    public static TheoryData<KvCacheType> Types => new(Enum.GetValues<KvCacheType>());

    [Fact]
    public void View_Appending_TakesAPageForEach32Tokens()
    {
        using var pool = new PagePool();
        using var cache = Open(Full, pool);
        Append(cache, 32);
        Assert.Equal(1, pool.InUse);
        Append(cache, 1);
        Assert.Equal(2, pool.InUse);
        Assert.Equal(2 * new PageLayout(2, 8, KvCacheType.Float32).Bytes, cache.Bytes);
    }

    /// <summary>A head of 64 numbers has nothing behind it that fills a block up.</summary>
    [Theory]
    [InlineData(KvCacheType.Float32, 64 * 4)]
    [InlineData(KvCacheType.BFloat16, 64 * 2)]
    [InlineData(KvCacheType.Int8, 64 + 2 * 2)]
    public void Bytes_AreThoseOfTheType(KvCacheType type, int bytesOfAHead)
    {
        using var pool = new PagePool();
        using var cache = new PagedKvCache(new KvCacheSpec(3, 64, Window: null), type, pool);
        Append(cache, 33);
        Assert.Equal(2 * 3 * bytesOfAHead, cache.TokenBytes);
        Assert.Equal(64 * cache.TokenBytes, cache.Bytes);
        Assert.Equal(cache.Bytes, cache.BytesFor(33, step: 8));
        Assert.Equal(cache.Bytes, cache.Blocks.Length * new PageLayout(3, 64, type).Bytes);
    }

    [Fact]
    public void View_BehindAWindow_GivesBackWhatNoLaterTokenSees()
    {
        using var pool = new PagePool();
        using var cache = Open(Full with { Window = 33 }, pool);
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

    [Theory]
    [MemberData(nameof(Types))]
    public void Fork_SharesPages_UntilOneAppends(KvCacheType type)
    {
        using var pool = new PagePool();
        using var cache = new PagedKvCache(Full, type, pool);
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
            Assert.Equal(cache.Bytes, fork.Bytes);
        }
        Assert.Equal(2, pool.InUse);
    }

    [Fact]
    public void Dispose_OfTheOriginal_LeavesTheForkItsPages()
    {
        using var pool = new PagePool();
        var cache = Open(Full, pool);
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
        var layout = new PageLayout(1, 4, KvCacheType.Float32);
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
        var cache = Open(Full, pool);
        Append(cache, 10);
        pool.Dispose();
        cache.Dispose();
        Assert.Throws<ObjectDisposedException>(() => cache.Fork(0));
    }

    private static PagedKvCache Open(KvCacheSpec spec, PagePool pool) => new(spec, KvCacheType.Float32, pool);

    private static SequenceView Append(PagedKvCache cache, int rows) =>
        cache.View(new SequenceRows(0, rows, cache.Length), appends: true);
}
