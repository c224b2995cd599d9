using System.Net;
using System.Text;
using MlxActors.Http.Nodes;

namespace MlxActors.Gateway.Nodes;

/// <summary>Asks every node how it is, again and again, and now and then which models it has.</summary>
internal sealed class NodePoller(NodeTable table, NodeClient client, HealthSettings settings, TimeProvider clock) : BackgroundService
{
    /// <summary>So long the gateway's start waits for nodes that do not answer.</summary>
    private static readonly TimeSpan FirstRound = TimeSpan.FromSeconds(5);

    /// <summary>Before the nodes were asked there is nothing to choose from.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var asked = Task.WhenAll(table.Nodes.Select(node => AskAsync(node.Address, cancellationToken)));
        await Task.WhenAny(asked, Task.Delay(FirstRound, clock, cancellationToken));
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Asks one node now.</summary>
    public async Task AskAsync(NodeAddress node, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(settings.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await AskHealthAsync(node, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            table.Missed(node.Url, "it does not answer in time");
        }
        catch (OperationCanceledException)
        {
            // The gateway goes down, or nobody wants to know any more.
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            table.Missed(node.Url, e.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var asked = new Dictionary<string, Task>(StringComparer.Ordinal);
        using var timer = new PeriodicTimer(settings.Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            // A node that is slow to answer is not asked twice, and keeps no other waiting.
            asked = table.Nodes.Where(node => !node.IsLeaving).ToDictionary(
                node => node.Name,
                node => asked.GetValueOrDefault(node.Name) is { IsCompleted: false } still ? still : AskAsync(node.Address, stoppingToken),
                StringComparer.Ordinal);
        }
    }

    private async Task AskHealthAsync(NodeAddress node, CancellationToken cancellationToken)
    {
        var (_, body) = await client.AskAsync(node, "/health", cancellationToken);
        if (NodeReport.Parse(Encoding.UTF8.GetString(body.Span)) is not { } report)
        {
            table.Missed(node.Url, "its /health is none of a node");
        }
        else if (AreModelsFresh(node) || await LookAtModelsAsync(node, cancellationToken))
        {
            table.Answered(node.Url, report);
        }
    }

    private bool AreModelsFresh(NodeAddress node) =>
        table.Find(node.Url)?.ModelsSeen is { } seen && clock.GetUtcNow() - seen < settings.ModelsInterval;

    /// <returns>False for a node that the gateway may not use.</returns>
    private async Task<bool> LookAtModelsAsync(NodeAddress node, CancellationToken cancellationToken)
    {
        var (status, body) = await client.AskAsync(node, "/v1/models", cancellationToken);
        if (NodeModel.ParseList(body) is not { } models)
        {
            table.Missed(node.Url, status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                ? "it does not take the gateway's key (node-key)"
                : $"it does not tell its models ({(int)status})");
            return false;
        }
        table.Has(node.Url, models);
        return true;
    }
}
