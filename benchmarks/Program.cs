using MlxActors.Benchmarks.Constraints;
using MlxActors.Benchmarks.Encode;
using MlxActors.Benchmarks.Gateway;
using MlxActors.Benchmarks.Kernels;
using MlxActors.Benchmarks.Passes;
using MlxActors.Benchmarks.Peer;
using MlxActors.Benchmarks.Quality;
using MlxActors.Benchmarks.Speculation;
using MlxActors.Benchmarks.Sse;
using MlxActors.Benchmarks.Stages;
using MlxActors.Benchmarks.Start;
using MlxActors.Benchmarks.Synthesis;
using MlxActors.Benchmarks.Tokenizers;
using MlxActors.Benchmarks.Turns;

switch (args)
{
    case [SynthesizeCommand.Name, .. var shape]:
        return SynthesizeCommand.Run(shape);
    case [PassesCommand.Name, .. var folder]:
        return PassesCommand.Run(folder);
    case [StagesCommand.Name, .. var arguments]:
        return StagesCommand.Run(arguments);
    case [EncodeCommand.Name, .. var towers]:
        return EncodeCommand.Run(towers);
    case [ConstraintsCommand.Name]:
        return ConstraintsCommand.Run();
    case [TokenizersCommand.Name]:
        return TokenizersCommand.Run();
    case [TurnsCommand.Name, .. var talk]:
        return TurnsCommand.Run(talk);
    case [QualityCommand.Name, .. var texts]:
        return QualityCommand.Run(texts);
    case [PeerCommand.Name, .. var peer]:
        return PeerCommand.Run(peer);
    case [StartCommand.Name, .. var program]:
        return StartCommand.Run(program);
    case [SpeculationCommand.Name, .. var checkpoint]:
        return SpeculationCommand.Run(checkpoint);
    case [SseCommand.Name, .. var numbers]:
        return SseCommand.Run(numbers);
    case [GatewayCommand.Name, .. var counts]:
        return GatewayCommand.Run(counts);
    case [BareServer.Name]:
        return BareServer.Run();
    case ["kernels", ..]:
        KernelReport.Print(Console.Out);
        return 0;
    default:
        BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(LinearBenchmark).Assembly).Run(args);
        return 0;
}
