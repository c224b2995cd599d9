using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlxActors.Http.Logging;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Telemetry;

/// <summary>What a server logs, beside its console.</summary>
internal sealed class LogCapture : ILoggerProvider, ISupportExternalScope
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private IExternalScopeProvider? _scopes;

    public ConcurrentQueue<(string Category, string Message, string? RequestId)> Lines { get; } = new();

    public static LogCapture Of(TestServer server)
    {
        var capture = new LogCapture();
        server.Services.GetRequiredService<ILoggerFactory>().AddProvider(capture);
        return capture;
    }

    /// <summary>A line is written after the client has its answer.</summary>
    public async Task<(string Category, string Message, string? RequestId)> FindAsync(string part)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (Lines.FirstOrDefault(line => line.Message.Contains(part, StringComparison.Ordinal)) is { Message: not null } found)
            {
                return found;
            }
            await Task.Delay(5, patience.Token);
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
    }

    private sealed class Logger(LogCapture capture, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            capture.Lines.Enqueue((category, formatter(state, exception), LogScope.RequestIdOf(capture._scopes)));
    }
}
