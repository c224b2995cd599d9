using System.Globalization;
using System.Text.RegularExpressions;
using MlxActors.Gateway.Processes.Requests;
using MlxActors.Web.Tests.Telemetry;

namespace MlxActors.Gateway.Processes.Programs;

/// <summary>A server on the demo models that may die and come back under the same address.</summary>
internal sealed partial class Node(string name, IReadOnlyList<string> arguments, string logs) : IAsyncDisposable
{
    private readonly int _port = Ports.Free();
    private readonly List<ChildProgram> _runs = [];

    public Uri Address => new($"http://127.0.0.1:{_port}");

    public string Url => Address.GetLeftPart(UriPartial.Authority);

    public HttpClient Http => field ??= new HttpClient { BaseAddress = Address, Timeout = Wait.Patience };

    public bool IsUp => _runs is [.., { HasExited: false }];

    public async Task StartAsync()
    {
        var port = _port.ToString(CultureInfo.InvariantCulture);
        _runs.Add(await ChildProgram.StartAsync(["demo", .. arguments, "--port", port], Path.Combine(logs, $"{name}.log")));
    }

    /// <summary>As <c>kill -9</c>.</summary>
    public Task KillAsync() => _runs[^1].KillAsync();

    /// <summary>By SIGTERM; waits until it has ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        await _runs[^1].SignalAsync("TERM");
        return await _runs[^1].ExitCodeAsync();
    }

    /// <summary>It holds its connections, and does nothing, until <see cref="ThawAsync"/>.</summary>
    public Task FreezeAsync() => _runs[^1].SignalAsync("STOP");

    public Task ThawAsync() => _runs[^1].SignalAsync("CONT");

    /// <summary>Has `demo` loaded, unless it is, and answer; what it asks itself at its start is over then too.</summary>
    public async Task WarmAsync()
    {
        Assert.IsType<Ending.Answered>(await ChatClient.AskAsync(Http, ChatClient.Request("Hello", maxTokens: 1)));
        await Wait.UntilAsync(
            $"{name} has warmed up",
            () => Task.FromResult(_runs[^1].Output),
            output => output.Contains("is loaded and answers", StringComparison.Ordinal));
    }

    /// <summary>Requests that failed at it and were sent to another node, as a gateway's metrics have it.</summary>
    public double BegunAgain(Exposition gateway) => gateway.Find($"mlxactors_gateway_retries_total{{node=\"{Url}\"}}") ?? 0;

    public async Task<Exposition> MetricsAsync() => Exposition.Parse(await Http.GetStringAsync("/metrics"));

    /// <summary>Ids of the requests that it says to have answered to their end, in all its runs; an id as often as it says so.</summary>
    public IEnumerable<string> Answered() =>
        _runs.SelectMany(run => AnsweredLine().Matches(run.Output)).Select(line => line.Groups["id"].Value);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        foreach (var run in _runs)
        {
            await run.DisposeAsync();
        }
    }

    [GeneratedRegex(@"POST /v1/chat/completions 200 (stop|length) in .* \[(?<id>[^\]]+)\]")]
    private static partial Regex AnsweredLine();
}
