using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MlxActors.Native.Cpu;
using MlxActors.Native.Cpu.Simd;
using MlxActors.Native.Cpu.Threads;

namespace MlxActors.Benchmarks.Kernels;

/// <summary>What this machine can do at most, measured with the threads and instructions of a backend.</summary>
internal static unsafe class MachineLimits
{
    private const int Blocks = 1024;
    private const long BlockBytes = 1 << 20;
    private const int Rounds = 1 << 20;

    /// <summary>Bytes a second of a streaming sum over 1 GiB.</summary>
    public static double ReadBandwidth(InstructionSet set, int threads)
    {
        var memory = (float*)NativeMemory.AlignedAlloc((nuint)(Blocks * BlockBytes), 4096);
        new Span<float>(memory, (int)(Blocks * BlockBytes / sizeof(float))).Fill(1);
        var seconds = Best(set, threads, new StreamingSum(memory), Blocks, repetitions: 5);
        NativeMemory.AlignedFree(memory);
        return Blocks * BlockBytes / seconds;
    }

    /// <summary>Operations (multiplications and additions) a second on floats in registers.</summary>
    public static double FloatPeak(InstructionSet set, int threads) =>
        threads * (double)Rounds * FloatLoop.OperationsPerRound(set) / Best(set, threads, new FloatLoop(), threads, repetitions: 5);

    /// <summary>Operations a second of 8-bit dot products in registers.</summary>
    public static double BytePeak(InstructionSet set, int threads) =>
        threads * (double)Rounds * ByteLoop.OperationsPerRound / Best(set, threads, new ByteLoop(), threads, repetitions: 5);

    private static double Best<TKernel>(InstructionSet set, int threads, TKernel kernel, int items, int repetitions)
        where TKernel : unmanaged, IKernel
    {
        using var pool = new WorkerPool(threads);
        var best = double.PositiveInfinity;
        for (var i = 0; i < repetitions; i++)
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
