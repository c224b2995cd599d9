using MlxActors.Models;
using MlxActors.Models.Synthesis;

namespace MlxActors.Benchmarks.Encode;

/// <summary>A tower of a published model, and what it encodes.</summary>
/// <param name="Input">For people: what is encoded.</param>
/// <param name="Open">Builds the tower on its weights; what comes back encodes the input once.</param>
internal sealed record Tower(string Input, TowerBlueprint Blueprint, Func<WeightSource, Action<Trace?>> Open)
{
    /// <summary>Random numbers in the range of pixels.</summary>
    public static float[] Pixels(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble())];
    }
}
