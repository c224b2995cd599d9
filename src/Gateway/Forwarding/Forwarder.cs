using MlxActors.Gateway.Nodes;
using MlxActors.Http.Errors;
using Yarp.ReverseProxy.Forwarder;

namespace MlxActors.Gateway.Forwarding;

/// <summary>
/// Brings a request to a node, and when that one fails before the first byte of an answer went out, to another one: once.
/// </summary>
internal sealed partial class Forwarder(IHttpForwarder yarp, ForwardingTools tools, ILogger<Forwarder> log)
{
    private const int MostAttempts = 2;

    public async Task ForwardAsync(HttpContext context, ForwardedCall call)
    {
        using var stay = tools.Drain.Enter();
        if (stay is null)
        {
            await context.Response.WriteAsync(GatewayErrors.Stopping);
            return;
        }
        var tried = new HashSet<string>(StringComparer.Ordinal);
        while (tried.Count < MostAttempts && tools.Table.Claim(call.Facts, tried) is { } claim)
        {
            using (claim)
            {
                if (tried.Count > 0)
                {
                    tools.Metrics.Retried(tried.First());
                }
                if (await IsOverAsync(context, call, claim))
                {
                    return;
                }
                tried.Add(claim.Name);
            }
        }
        context.Response.Clear();
        await context.Response.WriteAsync(tried.Count < MostAttempts ? GatewayErrors.NoNode : GatewayErrors.NodesFailed);
    }

    /// <returns>False when nothing went out and another node may try.</returns>
    private async Task<bool> IsOverAsync(HttpContext context, ForwardedCall call, NodeClaim claim)
    {
        // What a failed attempt left behind.
        context.Response.Clear();
        context.Features.Set<IForwarderErrorFeature>(null);
        call.Body?.PutInto(context.Request);
        context.Features.Set(new ServingNode(claim.Name));

        await using var watch = new LossWatch(tools.Table, claim.Name, tools.Health.LostAfter, tools.Clock);
        var attempt = new Attempt(claim, call, tools, tools.Clock.GetTimestamp(), watch);
        var error = await SendAsync(context, claim, attempt, watch);
        var outcome = AttemptOutcome.Of(attempt, error, context);
        tools.Metrics.Ended(claim.Name, outcome.Name);
        if (outcome.IsNodesFault)
        {
            var why = attempt.BrokeBecause ?? context.Features.Get<IForwarderErrorFeature>()?.Exception?.Message ?? "its stream broke off";
            tools.Table.Broke(claim.Name, why);
            Failed(claim.Name, outcome.Name, why);

            // At once: it may have been a connection, and not the node.
            _ = tools.Poller.AskAsync(claim.Address, tools.Drain.Over);
        }
        if (outcome == AttemptOutcome.GivenUp && !context.Response.HasStarted)
        {
            await context.Response.WriteAsync(GatewayErrors.Stopping);
        }
        return !outcome.MayBeginAgain;
    }

    private async Task<ForwarderError> SendAsync(HttpContext context, NodeClaim claim, Attempt attempt, LossWatch watch)
    {
        using var cut = new CancellationTokenSource();
        using var deadline = tools.Drain.Over.Register(() => Cut(nodesFault: null));
        using var loss = watch.Lost.Register(() => Cut(LossWatch.Why));
        return await yarp.SendAsync(context, claim.Address.Url, tools.Client.Invoker, tools.Client.Forwarding, attempt, cut.Token);

        // A stream ends itself, with an event; what is still waited for is cut.
        void Cut(string? nodesFault)
        {
            if (attempt.IsStream)
            {
                return;
            }
            attempt.GiveUp(nodesFault);
            cut.Cancel();
        }
    }

    [LoggerMessage(LogLevel.Warning, "Node {Node}: {Outcome}: {Why}")]
    private partial void Failed(string node, string outcome, string why);
}
