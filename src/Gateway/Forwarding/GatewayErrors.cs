using MlxActors.Http.Errors;

namespace MlxActors.Gateway.Forwarding;

/// <summary>What clients hear from the gateway itself.</summary>
internal static class GatewayErrors
{
    // Nodes are asked every second; one that starts anew takes a few.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    public static ApiError NoNode { get; } = Fault(
        StatusCodes.Status503ServiceUnavailable, "No node can take the request at the moment. Please try again.", "no_node_available") with
    {
        RetryAfter = Soon,
    };

    public static ApiError Stopping { get; } =
        Fault(StatusCodes.Status503ServiceUnavailable, "The gateway is shutting down.", "shutting_down") with { RetryAfter = Soon };

    /// <summary>Of a request that failed at two nodes.</summary>
    public static ApiError NodesFailed { get; } =
        Fault(StatusCodes.Status502BadGateway, "The nodes that had the request failed before they answered.", "node_failed");

    public static ApiError Of(StreamEnd end) => end == StreamEnd.GivenUp
        ? Stopping
        : Fault(StatusCodes.Status502BadGateway, "The node that generated this answer failed in the middle of it.", "node_failed");

    private static ApiError Fault(int status, string message, string code) => new(status, message, null, code, ApiError.ServerFault);
}
