using Akka.Configuration;
using MlxActors.Native.Mlx;
using MlxActors.Native.Results;

namespace MlxActors.InProcess.Settings;

/// <summary>The library that was found, and the section <c>mlxactors.engine.mlx</c>.</summary>
internal sealed record MlxSettings(MlxLibrary Library, MlxLimits Limits)
{
    private const string Section = "mlxactors.engine.mlx";

    public static Result<MlxLimits, string> ReadLimits(Config config) =>
        ReadSize(config, "wired-limit", MlxLimits.AsRecommended).Bind(wired =>
        ReadSize(config, "cache-limit", null).Bind(cache =>
        ReadSize(config, "memory-limit", null).Map(total => new MlxLimits(wired, cache, total))));

    /// <param name="auto">What auto stands for; null leaves MLX's own.</param>
    private static Result<long?, string> ReadSize(Config config, string key, long? auto)
    {
        var text = config.GetString($"{Section}.{key}", null);
        if (text is "auto" or "off")
        {
            return Result.Ok<long?, string>(text == "auto" ? auto : null);
        }
        try
        {
            return config.GetByteSize($"{Section}.{key}") is { } bytes and >= 0
                ? Result.Ok<long?, string>(bytes)
                : Result.Error<long?, string>($"{Section}.{key}: expected auto, off or a size, found '{text}'.");
        }
        catch (FormatException)
        {
            return Result.Error<long?, string>($"{Section}.{key}: expected auto, off or a size, found '{text}'.");
        }
    }
}
