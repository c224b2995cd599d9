namespace MlxActors.Native.Tests;

/// <summary>What code allocates on the managed heap. Linked into the tests of other rooms.</summary>
internal static class Allocations
{
    private const int Rounds = 5;

    /// <summary>
    /// Bytes of the round that took least. A collection that another thread causes takes the rest of this thread's allocation buffer and
    /// has it counted; so one round of several must be free of it.
    /// </summary>
    public static long LeastOf(Action round)
    {
        var least = long.MaxValue;
        for (var i = 0; i < Rounds; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
