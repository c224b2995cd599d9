using MlxActors.Benchmarks.Synthesis;

if (args is [SynthesizeCommand.Name, .. var arguments])
{
    return SynthesizeCommand.Run(arguments);
}
BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
