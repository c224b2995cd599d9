using MlxActors.Models;
using MlxActors.Native.Tensors.Choosing;

namespace MlxActors.Generation.Sampling;

/// <summary>How each token of one answer is chosen: settled once, when the request and the checkpoint are both known.</summary>
public abstract record SamplingPolicy
{
    private SamplingPolicy()
    {
    }

    /// <summary>The most likely token, always.</summary>
    public sealed record Greedy : SamplingPolicy
    {
        public static Greedy Instance { get; } = new();
    }

    /// <summary>One draw from what the filters leave.</summary>
    public sealed record Draw(TokenFilters Filters, ulong Seed) : SamplingPolicy;

    /// <summary>How the token behind so many tokens of the answer is chosen; null: the most likely one.</summary>
    public TokenDraw? DrawAt(int index) => this switch
    {
        Greedy => null,
        Draw(var filters, var seed) => new TokenDraw(filters, CounterRandom.Unit(seed, (ulong)index)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>
    /// The request's word before the checkpoint's. A checkpoint that does not sample answers greedily unless the request sets a
    /// temperature; temperature 0 is greedy. Filters come in transformers' order: temperature, top-k, top-p, min-p.
    /// </summary>
    /// <param name="freshSeed">Taken when the request gives no seed.</param>
    public static SamplingPolicy Resolve(SamplingOptions options, SamplingDefaults defaults, ulong freshSeed)
    {
        var temperature = options.Temperature ?? (defaults.Sample ? defaults.Temperature ?? 1 : 0);
        if ((float)temperature <= 0)
        {
            return Greedy.Instance;
        }
        return new Draw(
            new TokenFilters(
                (float)temperature,
                (options.TopK ?? defaults.TopK) is { } k and > 0 ? k : null,
                (options.TopP ?? defaults.TopP) is { } p and < 1 ? p : null,
                (options.MinP ?? defaults.MinP) is { } min and > 0 ? min : null),
            options.Seed ?? freshSeed);
    }
}
