using MlxActors.Native.Cpu.Memory;

namespace MlxActors.Native.Tests.Cpu;

public sealed class ArenaTests
{
    [Fact]
    public void Allocate_BeyondABlock_TakesAnotherAndKeepsTheFirst()
    {
        using var arena = new Arena(blockLength: 1024);
        var (first, _) = arena.Allocate(1000);
        var (second, offset) = arena.Allocate(100);
        Assert.NotSame(first, second);
        Assert.Equal(0, offset);
        Assert.Equal(2048, arena.Bytes);
    }

    [Fact]
    public void Allocate_MoreThanABlock_GetsABlockOfItsSize()
    {
        using var arena = new Arena(blockLength: 1024);
        Assert.Equal(5056, arena.Allocate(5000).Block.Length);
    }

    [Fact]
    public void Allocate_AnySizes_AreAlignedAndApart()
    {
        using var arena = new Arena(blockLength: 1024);
        var offsets = new[] { 1, 63, 64, 65, 0 }.Select(length => arena.Allocate(length).Offset);
        Assert.Equal([0, 64, 128, 192, 320], offsets);
    }

    [Fact]
    public void Rewind_ToAMark_UsesTheSameMemoryAgain()
    {
        using var arena = new Arena(blockLength: 1024);
        arena.Allocate(10);
        var mark = arena.Mark;
        var (block, offset) = arena.Allocate(500);
        arena.Allocate(2000);
        var bytes = arena.Bytes;
        arena.Rewind(mark);
        Assert.Equal((block, offset), arena.Allocate(500));
        arena.Allocate(2000);
        Assert.Equal(bytes, arena.Bytes);
    }

    [Fact]
    public void Rewind_ToAMarkThatIsGone_Throws()
    {
        using var arena = new Arena(blockLength: 1024);
        arena.Allocate(100);
        var inner = arena.Mark;
        arena.Rewind(0);
        Assert.Throws<InvalidOperationException>(() => arena.Rewind(inner));
    }
}
