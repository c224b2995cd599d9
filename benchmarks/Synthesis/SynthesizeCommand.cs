namespace MlxActors.Benchmarks.Synthesis;

/// <summary><c>synthesize &lt;model&gt; &lt;folder&gt;</c>: writes a random checkpoint of a real model's shape.</summary>
public static class SynthesizeCommand
{
    public const string Name = "synthesize";

    /// <summary>By model: what writes it into a folder.</summary>
    private static readonly Dictionary<string, Action<string>> Blueprints = new(StringComparer.Ordinal)
    {
        ["gemma3-4b"] = Gemma3Blueprint.Gemma3With4B.Write,
        ["gemma3n-e4b"] = Gemma3nBlueprint.E4B.Write,
        ["qwen3vl-4b"] = Qwen3VlBlueprint.With4B.Write,
    };

    /// <returns>The process's exit code.</returns>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments is not [var model, var folder] || !Blueprints.TryGetValue(model, out var write))
        {
            Console.Error.WriteLine($"usage: {Name} <{string.Join("|", Blueprints.Keys)}> <folder>");
            return 2;
        }
        write(folder);
        var bytes = new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length);
        Console.WriteLine($"{model} in {Path.GetFullPath(folder)}: {bytes:N0} bytes");
        return 0;
    }
}
