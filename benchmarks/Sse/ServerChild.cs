using System.Diagnostics;
using System.Globalization;

namespace MlxActors.Benchmarks.Sse;

/// <summary>Processor time that a process has taken.</summary>
/// <param name="Engine">That of the threads that compute; null where the system does not tell.</param>
internal readonly record struct CpuTime(TimeSpan Total, TimeSpan? Engine)
{
    public static CpuTime operator -(CpuTime end, CpuTime start) => new(end.Total - start.Total, end.Engine - start.Engine);
}

/// <summary>A server in a process of its own, so that its processor time is nobody else's.</summary>
internal sealed class ServerChild : IDisposable
{
    /// <summary>Begins the line that names the address.</summary>
    public const string ReadyWord = "Ready";

    // Linux counts a thread's time in these.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    // The engine's own thread (a dispatcher's name, cut by the system), and its workers.
    private static readonly string[] EngineThreads = ["mlxactors.engin", "cpu-"];

    private readonly Process _process;

    private ServerChild(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    /// <param name="assembly">A program beside this one.</param>
    public static ServerChild Start(string assembly, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), .. arguments])
        {
            RedirectStandardOutput = true,
        };

        // One kind of garbage collection for both.
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "1";
        var process = Process.Start(start)!;
        var address = ReadAddress(process.StandardOutput) ?? throw new InvalidOperationException($"{assembly} ended before it was ready");

        // What it says later is read too, so that it never waits for a reader.
        _ = process.StandardOutput.ReadToEndAsync();
        return new ServerChild(process, address);
    }

    /// <summary>Reads until the line that names the address; null when there was none.</summary>
    public static Uri? ReadAddress(StreamReader output)
    {
        while (output.ReadLine() is { } line)
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [ReadyWord, var address])
            {
                return new Uri(new Uri(address), "/");
            }
        }
        return null;
    }

    /// <summary>A server that does not tell when it is ready, and is asked at <c>/health</c>. What it says is lost.</summary>
    public static async Task<ServerChild> StartAsync(string program, string[] arguments, Uri address, HttpClient http)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (!await IsHealthyAsync())
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"{program} ended with {process.ExitCode} before it was ready");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
        return new ServerChild(process, address);

        async Task<bool> IsHealthyAsync()
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(address, "/health"));
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }

    public CpuTime Cpu()
    {
        _process.Refresh();
        return new CpuTime(_process.TotalProcessorTime, OperatingSystem.IsLinux() ? EngineTime() : null);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private TimeSpan EngineTime() => new DirectoryInfo($"/proc/{_process.Id}/task").EnumerateDirectories()
        .Select(thread => File.ReadAllText(Path.Combine(thread.FullName, "stat")))
        .Where(stat => EngineThreads.Any(name => NameIn(stat).StartsWith(name, StringComparison.Ordinal)))
        .Aggregate(TimeSpan.Zero, (sum, stat) => sum + TimeIn(stat));

    // proc(5): "id (name) state …", where utime and stime are the 14th and 15th field; a name may hold anything, spaces too.
    private static string NameIn(string stat) => stat[(stat.IndexOf('(') + 1)..stat.LastIndexOf(')')];

    private static TimeSpan TimeIn(string stat)
    {
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return Tick * (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture));
    }
}
