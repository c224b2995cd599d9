namespace MlxActors.Gateway.Policy;

/// <summary>What of a request decides where it goes.</summary>
/// <param name="Model">As it names it; null when it names none.</param>
/// <param name="Conversation">The same for each turn of one conversation; null for what belongs to none.</param>
/// <param name="NeedsModel">Whether the node will have the model loaded for it.</param>
/// <param name="Holder">Name of the node that keeps what it refers to: there it goes, whatever waits there.</param>
internal sealed record RequestFacts(string? Model, ulong? Conversation, bool NeedsModel, string? Holder = null)
{
    /// <summary>Nothing that any node would be better for.</summary>
    public static RequestFacts Any { get; } = new(null, null, NeedsModel: false);
}
