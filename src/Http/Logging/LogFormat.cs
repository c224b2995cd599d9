using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Console;

namespace MlxActors.Http.Logging;

internal static class LogFormat
{
    /// <summary>
    /// One line an entry; the framework's own chatter stays out unless the environment asks for it (<c>Logging__LogLevel__…</c>).
    /// </summary>
    /// <param name="isJson">Whether lines are for programs.</param>
    public static void AddLines(this ILoggingBuilder logging, bool isJson, LogLevel least)
    {
        logging.AddConsole(console => console.FormatterName = isJson ? JsonLogLines.FormatterName : LogLines.FormatterName);
        logging.Services.AddSingleton<ConsoleFormatter, LogLines>().AddSingleton<ConsoleFormatter, JsonLogLines>();
        logging.SetMinimumLevel(least);
        logging.AddFilter("Microsoft", LogLevel.Warning);

        // A host that cannot start throws what it logs, and the command line says it in one sentence.
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical);
    }
}
