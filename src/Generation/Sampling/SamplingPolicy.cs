using System.Collections.Immutable;
using MlxActors.Models;

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

    /// <summary>One draw from what the filters leave, in their order.</summary>
    public sealed record Draw(ImmutableArray<LogitsFilter> Filters, ulong Seed) : SamplingPolicy;

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
        var filters = ImmutableArray.CreateBuilder<LogitsFilter>();
        if (temperature != 1)
        {
            filters.Add(LogitsFilters.Temperature((float)temperature));
        }
        if ((options.TopK ?? defaults.TopK) is { } k and > 0)
        {
            filters.Add(LogitsFilters.TopK(k));
        }
        if ((options.TopP ?? defaults.TopP) is { } p and < 1)
        {
            filters.Add(LogitsFilters.TopP(p));
        }
        if ((options.MinP ?? defaults.MinP) is { } min and > 0)
        {
            filters.Add(LogitsFilters.MinP(min));
        }
        return new Draw(filters.ToImmutable(), options.Seed ?? freshSeed);
    }
}
