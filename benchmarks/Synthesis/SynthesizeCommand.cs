using MlxActors.Models.Synthesis;

namespace MlxActors.Benchmarks.Synthesis;

/// <summary><c>synthesize &lt;model&gt; &lt;folder&gt;</c>: writes a random checkpoint of a real model's shape.</summary>
public static class SynthesizeCommand
{
    public const string Name = "synthesize";

    /// <returns>The process's exit code.</returns>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments is not [var model, var folder] || SyntheticCheckpoint.OfShape(model) is not { } checkpoint)
        {
            Console.Error.WriteLine($"usage: {Name} <{string.Join("|", SyntheticCheckpoint.Shapes)}> <folder>");
            return 2;
        }
        checkpoint.Write(folder, CancellationToken.None);
        Console.WriteLine($"{model} in {Path.GetFullPath(folder)}: {checkpoint.Bytes:N0} bytes of weights");
        return 0;
    }
}
