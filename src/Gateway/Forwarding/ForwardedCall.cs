using MlxActors.Gateway.Policy;
using MlxActors.Gateway.Requests;

namespace MlxActors.Gateway.Forwarding;

/// <summary>A request that goes to a node.</summary>
/// <param name="Body">Null when it has none.</param>
/// <param name="IsResponse">Whether it is about responses, whose streams have an error event of their own.</param>
/// <param name="MakesResponse">Whether the answer names a response that the node keeps.</param>
internal sealed record ForwardedCall(RequestFacts Facts, RequestBody? Body, bool IsResponse = false, bool MakesResponse = false);
