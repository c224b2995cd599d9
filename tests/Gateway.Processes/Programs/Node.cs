using System.Globalization;
using System.Text.RegularExpressions;
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

    public bool IsUp { get; private set; }

    public async Task StartAsync()
    {
        var port = _port.ToString(CultureInfo.InvariantCulture);
        _runs.Add(await ChildProgram.StartAsync(["demo", .. arguments, "--port", port], Path.Combine(logs, $"{name}.log")));
        IsUp = true;
    }

    /// <summary>As <c>kill -9</c>.</summary>
    public Task KillAsync()
    {
        IsUp = false;
        return _runs[^1].KillAsync();
    }

    /// <summary>By SIGTERM; waits until it has ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        await _runs[^1].TerminateAsync();
        var code = await _runs[^1].ExitCodeAsync();
        IsUp = false;
        return code;
    }

    /// <summary>Waits until the model that it starts with answers.</summary>
    public Task WarmAsync() => Wait.UntilAsync(
        $"{name} is ready",
        () => Http.GetAsync("/health"),
        response => response.IsSuccessStatusCode && _runs[^1].Output.Contains("is loaded and answers", StringComparison.Ordinal));

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
