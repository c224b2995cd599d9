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
        HoconLine.Of("mlxactors.http.host", Host),
        HoconLine.Of("mlxactors.http.port", Port?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        HoconLine.Of("mlxactors.engine.backend", Backend),
        HoconLine.Of("mlxactors.engine.mode", Mode),
        HoconLine.Of("mlxactors.engine.threads", Threads?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        HoconLine.Of("mlxactors.log.level", LogLevel),
        HoconLine.Of("mlxactors.log.format", LogJson ? "json" : null),
    }.OfType<string>());
}
