namespace MlxActors.Generation;

/// <summary>Where the time of one answer went; the parts follow each other.</summary>
/// <param name="Queue">For its model, or for room, while that model was not being loaded.</param>
/// <param name="Load">For its model to be loaded.</param>
/// <param name="Prepare">Tokenizing the prompt, decoding its media.</param>
/// <param name="Prefill">From the engine's door to the first token: the prompt read, its media encoded.</param>
/// <param name="Decode">From the first token to the last.</param>
public sealed record Timings(TimeSpan Queue, TimeSpan Load, TimeSpan Prepare, TimeSpan Prefill, TimeSpan Decode)
{
    public static Timings Zero { get; } = new(default, default, default, default, default);

    public static Timings operator +(Timings one, Timings other) => new(
        one.Queue + other.Queue,
        one.Load + other.Load,
        one.Prepare + other.Prepare,
        one.Prefill + other.Prefill,
        one.Decode + other.Decode);
}
