using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace MlxActors.Http.Logging;

/// <summary>The log for people: one line an entry, the request's id at its end.</summary>
internal sealed class LogLines(TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "lines";

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = entry.Formatter(entry.State, entry.Exception) + (entry.Exception is { } cause ? $" {cause}" : "");
        textWriter.Write(clock.GetLocalNow().ToString("HH:mm:ss ", CultureInfo.InvariantCulture));
        textWriter.Write($"{NameOf(entry.LogLevel)}: {entry.Category} {message.ReplaceLineEndings(" ")}");
        textWriter.WriteLine(LogScope.RequestIdOf(scopeProvider) is { } id ? $" [{id}]" : "");
    }

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
