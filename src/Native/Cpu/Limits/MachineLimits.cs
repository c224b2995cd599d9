using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Native.Cpu.Limits;

/// <summary>What this machine can do at most, measured with the threads and instructions of a backend.</summary>
/// <param name="ReadBytesPerSecond">Of a streaming sum.</param>
/// <param name="FloatOperationsPerSecond">Multiplications and additions on floats in registers.</param>
/// <param name="ByteOperationsPerSecond">Those of 8-bit dot products in registers.</param>
public sealed unsafe record MachineLimits(
    double ReadBytesPerSecond, double FloatOperationsPerSecond, double ByteOperationsPerSecond)
{
    private const long BlockBytes = 1 << 20;
    private const int LargestBlocks = 1024;
    private const int Rounds = 1 << 20;
    private const int Repetitions = 5;

    /// <summary>Takes a second or two, and for so long up to a gigabyte of memory.</summary>
    public static MachineLimits Measure(CpuOptions options)
    {
        var (set, threads) = (options.Limit ?? Dispatch.Best, options.Threads);
        return new MachineLimits(ReadBandwidth(set, threads, LargestBlocks), FloatPeak(set, threads), BytePeak(set, threads));
    }

    /// <summary>Bytes a second of a streaming sum over so many megabytes, which should be many times the caches.</summary>
    public static double ReadBandwidth(CpuOptions options, int megabytes) =>
        ReadBandwidth(options.Limit ?? Dispatch.Best, options.Threads, megabytes);

    private static double ReadBandwidth(InstructionSet set, int threads, int blocks)
    {
        var memory = (float*)NativeMemory.AlignedAlloc((nuint)(blocks * BlockBytes), 4096);
        try
        {
            // Pages that were never written are all one and the same page of zeros.
            for (var block = 0; block < blocks; block++)
            {
                new Span<float>((byte*)memory + block * BlockBytes, (int)(BlockBytes / sizeof(float))).Fill(1);
            }
            return blocks * BlockBytes / Best(set, threads, new StreamingSum(memory), blocks);
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    private static double FloatPeak(InstructionSet set, int threads) =>
        threads * (double)Rounds * FloatLoop.OperationsPerRound(set) / Best(set, threads, new FloatLoop(), threads);

    private static double BytePeak(InstructionSet set, int threads) =>
        threads * (double)Rounds * ByteLoop.OperationsPerRound / Best(set, threads, new ByteLoop(), threads);

    /// <summary>The shortest time of some runs, in seconds.</summary>
    private static double Best<TKernel>(InstructionSet set, int threads, TKernel kernel, int items)
        where TKernel : unmanaged, IKernel
    {
        using var pool = new WorkerPool(threads);
        var best = double.PositiveInfinity;
        for (var i = 0; i < Repetitions; i++)
        {
            var start = Stopwatch.GetTimestamp();
            pool.Run(Dispatch.Entry<TKernel>(set), &kernel, items, block: 1);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }

    private readonly struct StreamingSum(float* memory) : IKernel
    {
        public void Scalar(int first, int end, int worker) => Vector<Simd128<ArmDots>, Vector128<float>>(first, end, worker);

        public void Vector<TSimd, TFloats>(int first, int end, int worker)
            where TSimd : struct, ISimd<TFloats>
            where TFloats : struct
        {
            var floats = (int)(BlockBytes / sizeof(float));
            for (var block = memory + (long)first * floats; block < memory + (long)end * floats; block += floats)
            {
                var (a, b, c, d) = (TSimd.Zero, TSimd.Zero, TSimd.Zero, TSimd.Zero);
                for (var i = 0; i < floats; i += 4 * TSimd.Lanes)
                {
                    a = TSimd.Add(a, TSimd.Load(block + i));
                    b = TSimd.Add(b, TSimd.Load(block + i + TSimd.Lanes));
                    c = TSimd.Add(c, TSimd.Load(block + i + 2 * TSimd.Lanes));
                    d = TSimd.Add(d, TSimd.Load(block + i + 3 * TSimd.Lanes));
                }
                Consume(TSimd.Sum(TSimd.Add(TSimd.Add(a, b), TSimd.Add(c, d))));
            }
        }
    }

    private readonly struct FloatLoop : IKernel
    {
        public static double OperationsPerRound(InstructionSet set) => 2 * 10 * set switch
        {
            InstructionSet.Avx512 => 16,
            InstructionSet.Avx2 or InstructionSet.AvxVnni => 8,
            _ => 4,
        };

        public void Scalar(int first, int end, int worker) => Vector<Simd128<ArmDots>, Vector128<float>>(first, end, worker);

        public void Vector<TSimd, TFloats>(int first, int end, int worker)
            where TSimd : struct, ISimd<TFloats>
            where TFloats : struct
        {
            var (x, y) = (TSimd.All(0.999f), TSimd.All(0.001f));
            var (a, b, c, d, e) = (x, x, x, x, x);
            var (f, g, h, i, j) = (y, y, y, y, y);
            for (var round = 0; round < Rounds; round++)
            {
                a = TSimd.MultiplyAdd(a, x, y);
                b = TSimd.MultiplyAdd(b, x, y);
                c = TSimd.MultiplyAdd(c, x, y);
                d = TSimd.MultiplyAdd(d, x, y);
                e = TSimd.MultiplyAdd(e, x, y);
                f = TSimd.MultiplyAdd(f, x, y);
                g = TSimd.MultiplyAdd(g, x, y);
                h = TSimd.MultiplyAdd(h, x, y);
                i = TSimd.MultiplyAdd(i, x, y);
                j = TSimd.MultiplyAdd(j, x, y);
            }
            Consume(TSimd.Sum(a) + TSimd.Sum(b) + TSimd.Sum(c) + TSimd.Sum(d) + TSimd.Sum(e)
                + TSimd.Sum(f) + TSimd.Sum(g) + TSimd.Sum(h) + TSimd.Sum(i) + TSimd.Sum(j));
        }
    }

    private readonly struct ByteLoop : IKernel
    {
        public const double OperationsPerRound = 2 * 10 * 32;

        public void Scalar(int first, int end, int worker) => Vector<Simd128<ArmDots>, Vector128<float>>(first, end, worker);

        public void Vector<TSimd, TFloats>(int first, int end, int worker)
            where TSimd : struct, ISimd<TFloats>
            where TFloats : struct
        {
            var (x, y) = (Vector256.Create((byte)3), Vector256.Create((sbyte)5));
            var (a, b, c, d, e) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
            var (f, g, h, i, j) = (a, b, c, d, e);
            for (var round = 0; round < Rounds; round++)
            {
                a = TSimd.Dot(a, x, y);
                b = TSimd.Dot(b, x, y);
                c = TSimd.Dot(c, x, y);
                d = TSimd.Dot(d, x, y);
                e = TSimd.Dot(e, x, y);
                f = TSimd.Dot(f, x, y);
                g = TSimd.Dot(g, x, y);
                h = TSimd.Dot(h, x, y);
                i = TSimd.Dot(i, x, y);
                j = TSimd.Dot(j, x, y);
            }
            Consume(Vector256.Sum(a + b + c + d + e + (f + g + h + i + j)));
        }
    }

    /// <summary>Keeps the JIT from leaving out what is computed.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Consume(float value)
    {
        if (float.IsNaN(value))
        {
            throw new InvalidOperationException("the loop's sum is not a number");
        }
    }
}
