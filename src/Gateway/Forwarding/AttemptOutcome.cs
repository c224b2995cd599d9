using Yarp.ReverseProxy.Forwarder;

namespace MlxActors.Gateway.Forwarding;

/// <summary>What became of an attempt.</summary>
/// <param name="Name">In metrics and logs.</param>
/// <param name="IsNodesFault">Whether the node is out until it answers again.</param>
/// <param name="MayBeginAgain">Whether the client has heard nothing yet, and is still there.</param>
internal sealed record AttemptOutcome(string Name, bool IsNodesFault, bool MayBeginAgain)
{
    /// <summary>The gateway stops, and waited for it as long as it may.</summary>
    public static AttemptOutcome GivenUp { get; } = new("given_up", false, false);

    public static AttemptOutcome Of(Attempt attempt, ForwarderError error, HttpContext context) =>
        context.RequestAborted.IsCancellationRequested || error == ForwarderError.ResponseBodyClient ? new("cancelled", false, false)
        : attempt.IsRefused ? new("refused", false, true)
        : attempt.BrokeBecause is not null ? new("failed", true, true)
        : attempt.End == StreamEnd.Broken ? new("broken", true, false)
        : attempt.End == StreamEnd.GivenUp ? GivenUp
        : error == ForwarderError.None ? new("answered", false, false)
        : error == ForwarderError.RequestCreation ? new("unsendable", false, false)
        : error is ForwarderError.RequestCanceled or ForwarderError.ResponseBodyCanceled ? GivenUp
        : context.Response.HasStarted ? new("broken", true, false)
        : new("failed", true, true);
}
