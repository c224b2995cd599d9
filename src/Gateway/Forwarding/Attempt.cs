using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using MlxActors.Gateway.Nodes;
using MlxActors.Http.Logging;
using MlxActors.Http.Nodes;
using Yarp.ReverseProxy.Forwarder;

namespace MlxActors.Gateway.Forwarding;

/// <summary>
/// One request at one node: what is changed of it on its way there, and of the answer on its way back. Whole answers are held until they
/// are complete, so that one that breaks can be begun again; events go through as they come.
/// </summary>
/// <param name="began">When it was sent.</param>
/// <param name="watch">Is told of what comes.</param>
internal sealed class Attempt(NodeClaim claim, ForwardedCall call, ForwardingTools tools, long began, LossWatch watch) : HttpTransformer
{
    private EventStream? _events;

    /// <summary>Whether the node answered that it takes no more requests.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Why a whole answer broke off; null when it did not.</summary>
    public string? BrokeBecause { get; private set; }

    /// <summary>How the stream of events ended; null for other answers, and those that a client left.</summary>
    public StreamEnd? End => _events?.End;

    public bool IsStream => _events is not null;

    /// <summary>An answer that did not begin, or is not complete, is not waited for any longer.</summary>
    /// <param name="nodesFault">Null when it is none.</param>
    public void GiveUp(string? nodesFault) => BrokeBecause ??= nodesFault;

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);

        // The gateway has judged where a request comes from, and waits for no "100 Continue": it has the body.
        proxyRequest.Headers.Remove("Origin");
        proxyRequest.Headers.Remove("Expect");
        proxyRequest.Headers.Remove(RequestIds.Header);
        proxyRequest.Headers.TryAddWithoutValidation(RequestIds.Header, httpContext.TraceIdentifier);
        tools.Client.Sign(proxyRequest, claim.Address);
    }

    /// <returns>Whether the answer goes to the client.</returns>
    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null || Learn(proxyResponse) || !await TakeBodyAsync(proxyResponse, cancellationToken))
        {
            return false;
        }
        await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        if (IsStream && httpContext.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            // A slow reader may be as slow as it likes, as long as it reads; the node gives up one that does not.
            rate.MinDataRate = null;
        }
        return true;
    }

    /// <summary>Takes in what the node says of itself.</summary>
    /// <returns>Whether it refuses the request because it stops.</returns>
    private bool Learn(HttpResponseMessage response)
    {
        var report = response.Headers.TryGetValues(NodeReport.Header, out var values) ? NodeReport.Parse(string.Concat(values)) : null;
        response.Headers.Remove(NodeReport.Header);
        if (report is not null)
        {
            tools.Table.Told(claim.Name, report);
        }
        IsRefused = response.StatusCode == HttpStatusCode.ServiceUnavailable && report is not null && !NodeState.Takes(report);
        return IsRefused;
    }

    private async ValueTask<bool> TakeBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var took = tools.Clock.GetElapsedTime(began);
        tools.Metrics.Waited(claim.Name, took);
        if (response.Content.Headers.ContentType?.MediaType == "text/event-stream")
        {
            tools.Table.Waited(claim.Name, took);
            await WrapAsync(response, cancellationToken);
            return true;
        }
        try
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            BrokeBecause = e.Message;
            return false;
        }
        if (call.MakesResponse && response.IsSuccessStatusCode)
        {
            Remember(ResponseId.OfWhole(await response.Content.ReadAsByteArrayAsync(cancellationToken)));
        }
        return true;
    }

    private async ValueTask WrapAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var isLearned = !call.MakesResponse;
        _events = new EventStream(
            await response.Content.ReadAsStreamAsync(cancellationToken),
            (end, events) => call.IsResponse
                ? LastWords.OfResponse(GatewayErrors.Of(end), events)
                : LastWords.OfCompletion(GatewayErrors.Of(end)),
            events =>
            {
                watch.Heard();
                isLearned = isLearned || Remember(ResponseId.OfEvents(events));
            },
            tools.Client.Silence,
            watch.Lost,
            tools.Drain.Over);
        var content = new StreamContent(_events);
        foreach (var (name, value) in response.Content.Headers.NonValidated)
        {
            content.Headers.TryAddWithoutValidation(name, value);
        }
        response.Content = content;
    }

    private bool Remember(string? response)
    {
        if (response is not null)
        {
            tools.Directory.Learn(response, claim.Name);
        }
        return response is not null;
    }
}
