using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MlxActors.Web.Tests.Serving;

/// <summary>The server as users run it: a process of its own, on the demo model, told by signals.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private const string StatusFile = "/proc/self/status";
    private const string IgnoredSignals = "SigIgn:";
    private const ulong InterruptBit = 1 << 1;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output;

    private ServerProcess(Process process, StringBuilder output, Uri address)
    {
        (_process, _output) = (process, output);
        Http = new HttpClient { BaseAddress = address };
    }

    /// <summary>Whether this process, and so its children, ignore SIGINT from their start, as the system tells (Linux only).</summary>
    public static bool IgnoresInterrupts { get; } = File.Exists(StatusFile) && File.ReadLines(StatusFile).Any(line =>
        line.StartsWith(IgnoredSignals, StringComparison.Ordinal)
        && (ulong.Parse(line.AsSpan(IgnoredSignals.Length), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & InterruptBit) != 0);

    public HttpClient Http { get; }

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <param name="environment">Variables beside those of this process.</param>
    public static async Task<ServerProcess> StartAsync(string settings, IReadOnlyDictionary<string, string>? environment = null)
    {
        var config = Path.GetTempFileName();
        await File.WriteAllTextAsync(config, "mlxactors { http.port = 0, engine { mode = exact, threads = 1 } }\n" + settings);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "mlxactors.dll"), "demo", "--config", config])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        var (output, listening) = (new StringBuilder(), new TaskCompletionSource<Uri>());
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException("the server ended: " + output));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var address = await listening.Task.WaitAsync(Patience);
        File.Delete(config);
        return new ServerProcess(process, output, address);

        void Add(string? line)
        {
            lock (output)
            {
                output.AppendLine(line);
            }
            if (line is not null && ReadyLine().Match(line) is { Success: true } ready)
            {
                listening.TrySetResult(new Uri(ready.Groups[1].Value));
            }
        }
    }

    /// <param name="signal">As <c>kill</c> names it: TERM, INT.</param>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    public ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
        }
        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    [GeneratedRegex(@"Ready\s+(http://[^/]+)/")]
    private static partial Regex ReadyLine();
}
