using MlxActors.Native.Cpu;
using MlxActors.Native.Mlx;
using MlxActors.Native.Results;
using MlxActors.Native.Tensors;

// Backends of MLX must not be used from two threads at once.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace MlxActors.Backend.Conformance;

/// <summary>What a backend promises of its rounding.</summary>
/// <param name="Slack">Factor on the tolerances of the tests; 1 where sums carry more than Float32.</param>
/// <param name="AmongRows">
/// How far the result of a row may be from that of the same row in other company, as a part of the largest; 0 for the same bits.
/// </param>
/// <param name="Tail">Error of Φ far below zero, where it is by the error function; 0 where it is relative to Φ.</param>
public sealed record Precision(double Slack, double AmongRows, double Tail)
{
    public static Precision Full { get; } = new(1, 0, 0);

    /// <summary>MLX sums in Float32, and by other kernels for other numbers of rows.</summary>
    public static Precision Mlx { get; } = new(Slack: 4, AmongRows: 2e-6, Tail: 1.2e-7);
}

/// <summary>A backend as it may be configured on some machine.</summary>
/// <param name="Exact">Whether it computes with weights in float arithmetic.</param>
/// <param name="Caches">How it holds keys and values.</param>
/// <param name="Open">Null on machines that cannot run it.</param>
public sealed record BackendCase(string Name, bool Exact, KvCacheType Caches, Precision Precision, Func<IBackend>? Open);

/// <summary>Every backend that the suite is run on. What the machine cannot run is skipped by name.</summary>
public static class Backends
{
    private static readonly BackendCase[] Usual = [.. Cpus(), .. Mlxs()];

    private static readonly Dictionary<string, BackendCase> Cases = Usual.Concat(OtherCaches()).ToDictionary(backend => backend.Name);

    public static TheoryData<string> All => new(Usual.Select(backend => backend.Name));

    /// <summary><see cref="All"/>, and those that hold keys and values in other ways than their mode does by itself.</summary>
    public static TheoryData<string> WithAllCaches => new(Cases.Keys);

    public static BackendCase Named(string name) => Cases[name];

    public static IBackend Open(string name)
    {
        Skip.If(Cases[name].Open is null, $"this machine has no {name}");
        return Cases[name].Open!();
    }

    /// <summary>Plain loops in double precision: what all others are compared with.</summary>
    public static IBackend OpenReference() => new CpuBackend(new CpuOptions(CpuMode.Exact, Threads: 1, InstructionSet.Scalar));

    /// <summary>The library, or why there is none.</summary>
    public static Result<MlxLibrary, string> FindMlx() => MlxLibrary.Find(Environment.GetEnvironmentVariable(MlxLibrary.Variable));

    private static IEnumerable<BackendCase> Cpus() =>
        from mode in Enum.GetValues<CpuMode>()
        from set in Enum.GetValues<InstructionSet>()
        from threads in new[] { 1, 2 }
        select Cpu($"cpu {set} {mode} {threads}", new CpuOptions(mode, threads, set));

    private static IEnumerable<BackendCase> OtherCaches() =>
        from set in Enum.GetValues<InstructionSet>()
        from threads in new[] { 1, 2 }
        select Cpu($"cpu {set} int8 caches {threads}", new CpuOptions(CpuMode.Fast, threads, set, KvCacheType.Int8));

    private static BackendCase Cpu(string name, CpuOptions options) => new(
        name, options.Mode == CpuMode.Exact, options.KvCacheType, Precision.Full,
        CpuBackend.IsAvailable(options.Limit!.Value) ? () => new CpuBackend(options) : null);

    /// <summary>No case where there is no library: <see cref="MlxLibraryTests"/> says so once for all.</summary>
    private static IEnumerable<BackendCase> Mlxs() => FindMlx().Match(
        IEnumerable<BackendCase> (library) =>
            [new BackendCase("mlx", Exact: true, KvCacheType.Float32, Precision.Mlx, () => new MlxBackend(library, MlxLimits.None))],
        _ => []);
}
