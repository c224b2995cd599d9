using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MlxActors.Gateway.Processes.Programs;

/// <summary>One run of the program, as users start it. What it writes is kept in a file too, for tests that fail.</summary>
internal sealed partial class ChildProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StreamWriter _log;
    private readonly TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProgram(ProcessStartInfo start, string logFile)
    {
        _log = new StreamWriter(logFile, append: true) { AutoFlush = true };
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException("it ended before it was ready: " + Output));
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => _ready.Task.Result;

    public bool HasExited => _process.HasExited;

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

    /// <summary>Starts it, and waits until it says that it is ready.</summary>
    /// <param name="environment">Variables beside those of this process.</param>
    public static async Task<ChildProgram> StartAsync(
        IEnumerable<string> arguments, string logFile, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "mlxactors.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        var program = new ChildProgram(start, logFile);
        program._process.Start();
        program._process.BeginOutputReadLine();
        program._process.BeginErrorReadLine();
        try
        {
            await program._ready.Task.WaitAsync(Wait.Patience);
            return program;
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it at once, as <c>kill -9</c> does, and waits until nothing of it is left.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Wait.Patience);
    }

    /// <param name="signal">As <c>kill</c> names it: <c>TERM</c> tells it to stop, <c>STOP</c> freezes it, <c>CONT</c> has it go on.</param>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Wait.Patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }
        _process.Dispose();
        await _log.DisposeAsync();
    }

    private void Add(string? line)
    {
        lock (_output)
        {
            if (line is null)
            {
                return;
            }
            _output.AppendLine(line);
            _log.WriteLine(line);
        }
        if (ReadyLine().Match(line) is { Success: true } ready)
        {
            _ready.TrySetResult(new Uri(ready.Groups[1].Value));
        }
    }

    [GeneratedRegex(@"Ready\s+(https?://[^/]+)/")]
    private static partial Regex ReadyLine();
}
