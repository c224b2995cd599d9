using MlxActors.Benchmarks.Kernels;

switch (args)
{
    case ["kernels", ..]:
        KernelReport.Print(Console.Out);
        break;
    default:
        BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        break;
}
