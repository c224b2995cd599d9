namespace MlxActors.Gateway.Nodes;

/// <summary>Whether a node is in, and what speaks against it. Each method is what one observation makes of it.</summary>
/// <param name="IsIn">Whether it may get requests.</param>
/// <param name="Why">It is out; null when it is in.</param>
/// <param name="Failures">Questions in a row that it did not answer.</param>
/// <param name="Answers">Questions in a row that it answered since it is out.</param>
/// <param name="OutUntil">Not let in before; null when its next answers decide.</param>
internal sealed record NodeHealth(bool IsIn, string? Why, int Failures, int Answers, DateTimeOffset? OutUntil)
{
    public static NodeHealth New { get; } = new(false, "not asked yet", 0, 0, null);

    private static NodeHealth In { get; } = new(true, null, 0, 0, null);

    public NodeHealth Answered(HealthSettings settings, DateTimeOffset now) =>
        IsIn ? In
        : OutUntil > now ? this with { Failures = 0 }
        : this == New || Answers + 1 >= settings.LetInAfter ? In
        : this with { Failures = 0, Answers = Answers + 1 };

    /// <summary>It did not answer a question.</summary>
    public NodeHealth Missed(HealthSettings settings, string why) =>
        !IsIn || Failures + 1 >= settings.EjectAfter ? Out(why) : this with { Failures = Failures + 1 };

    /// <summary>A request failed at it: no reason to send another there before it has answered a question.</summary>
    public NodeHealth Broke(string why) => Out(why);

    public NodeHealth Ejected(string why, DateTimeOffset until) => Out(why) with { OutUntil = until };

    private NodeHealth Out(string why) => new(false, why, Failures + 1, 0, OutUntil);
}
