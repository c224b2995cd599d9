using MlxActors.Benchmarks.Kernels;
using MlxActors.Benchmarks.Synthesis;
using MlxActors.Benchmarks.Tokenizers;

switch (args)
{
    case [SynthesizeCommand.Name, .. var arguments]:
        return SynthesizeCommand.Run(arguments);
    case [TokenizersCommand.Name]:
        return TokenizersCommand.Run();
    case ["kernels", ..]:
        KernelReport.Print(Console.Out);
        return 0;
    default:
        BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
