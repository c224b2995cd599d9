using MlxActors.Benchmarks.Synthesis;
using MlxActors.Benchmarks.Tokenizers;

if (args is [SynthesizeCommand.Name, .. var arguments])
{
    return SynthesizeCommand.Run(arguments);
}
if (args is [TokenizersCommand.Name])
{
    return TokenizersCommand.Run();
}
BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
