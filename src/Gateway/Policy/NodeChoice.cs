using MlxActors.Gateway.Nodes;

namespace MlxActors.Gateway.Policy;

/// <summary>Where a request goes.</summary>
/// <param name="Model">Id of the model that it needs there; null when it needs none, or one that no node knows.</param>
internal sealed record NodeChoice(NodeState Node, string? Model, ChoiceReason Reason);

internal enum ChoiceReason
{
    /// <summary>The node keeps what the request refers to.</summary>
    Holder,

    /// <summary>It is where the conversation was, or begins.</summary>
    Conversation,

    /// <summary>The conversation's node has too many waiting; this one the fewest.</summary>
    ShortestQueue,

    /// <summary>The request has no conversation: the node has the fewest waiting.</summary>
    Any,
}
