namespace MlxActors.Web.Cli;

/// <summary>What the command line says; null leaves it to the configuration.</summary>
/// <param name="Model">Alias, repository id or folder.</param>
internal sealed record ServeOptions(
    string? Model, string? Host, int? Port, string? Backend, string? Mode, int? Threads, string? ConfigFile)
{
    /// <summary>trace to error.</summary>
    public string? LogLevel { get; init; }

    public bool LogJson { get; init; }

    /// <summary>The options as HOCON, to be put above the configuration files.</summary>
    public string ToHocon() => string.Join('\n', new[]
    {
        Line("mlxactors.http.host", Host),
        Line("mlxactors.http.port", Port?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        Line("mlxactors.engine.backend", Backend),
        Line("mlxactors.engine.mode", Mode),
        Line("mlxactors.engine.threads", Threads?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        Line("mlxactors.log.level", LogLevel),
        Line("mlxactors.log.format", LogJson ? "json" : null),
    }.OfType<string>());

    // A JSON string is a HOCON string. Without the serializer, which would take longer than all the rest of the command line.
    private static string? Line(string key, string? value) =>
        value is null ? null : $"{key} = \"{System.Text.Json.JsonEncodedText.Encode(value)}\"";
}
