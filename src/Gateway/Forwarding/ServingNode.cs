namespace MlxActors.Gateway.Forwarding;

/// <summary>The node that has a request, for its log line.</summary>
internal sealed record ServingNode(string Name);
