using MlxActors.Native.Cpu;
using MlxActors.Native.Mlx;
using MlxActors.Native.Results;
using MlxActors.Native.Tensors;

namespace MlxActors.Backend.Conformance;

/// <summary>A backend as it may be configured on some machine.</summary>
/// <param name="Exact">Whether it computes with weights in float arithmetic.</param>
/// <param name="Open">Null on machines that cannot run it.</param>
public sealed record BackendCase(string Name, bool Exact, Func<IBackend>? Open);

/// <summary>Every backend that the suite is run on. What the machine cannot run is skipped by name.</summary>
public static class Backends
{
    private static readonly Dictionary<string, BackendCase> Cases =
        (from mode in Enum.GetValues<CpuMode>()
         from set in Enum.GetValues<InstructionSet>()
         from threads in new[] { 1, 2 }
         select new BackendCase(
             $"cpu {set} {mode} {threads}",
             mode == CpuMode.Exact,
             CpuBackend.IsAvailable(set) ? () => new CpuBackend(new CpuOptions(mode, threads, set)) : null))
        .Concat(Mlx.Match(IEnumerable<BackendCase> (library) => [new BackendCase("mlx", Exact: true, () => new MlxBackend(library, MlxLimits.None))], _ => []))
        .ToDictionary(backend => backend.Name);

    public static Result<MlxLibrary, string> Mlx => MlxLibrary.Find(Environment.GetEnvironmentVariable(MlxLibrary.Variable));

    public static TheoryData<string> All => new(Cases.Keys);

    public static BackendCase Named(string name) => Cases[name];

    public static IBackend Open(string name)
    {
        Skip.If(Cases[name].Open is null, $"this machine has no {name}");
        return Cases[name].Open!();
    }

    /// <summary>Plain loops in double precision: what all others are compared with.</summary>
    public static IBackend OpenReference() => new CpuBackend(new CpuOptions(CpuMode.Exact, Threads: 1, InstructionSet.Scalar));
}
