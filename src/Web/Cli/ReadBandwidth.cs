using System.Diagnostics;
using System.Numerics.Tensors;

namespace MlxActors.Web.Cli;

/// <summary>How fast this machine reads memory, which bounds how fast it decodes: every token reads all weights.</summary>
internal static class ReadBandwidth
{
    /// <summary>Far beyond the caches of a processor.</summary>
    private const int Floats = 64 << 20;

    private const int Rounds = 3;

    /// <returns>Bytes a second, the best of some rounds.</returns>
    public static double Measure(int threads)
    {
        var memory = GC.AllocateUninitializedArray<float>(Floats);

        // Pages that were never written are all one and the same page of zeros.
        memory.AsSpan().Fill(1);
        return Enumerable.Range(0, Rounds).Max(_ => Once(memory, threads));
    }

    private static double Once(float[] memory, int threads)
    {
        var (share, started) = (memory.Length / threads, Stopwatch.GetTimestamp());
        Parallel.For(
            0,
            threads,
            new ParallelOptions { MaxDegreeOfParallelism = threads },
            thread => GC.KeepAlive(TensorPrimitives.Sum<float>(memory.AsSpan(thread * share, share))));
        return (double)share * threads * sizeof(float) / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
