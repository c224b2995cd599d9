namespace MlxActors.Web.Cli;

/// <summary>Options as HOCON, to be put above the configuration files.</summary>
internal static class HoconLine
{
    /// <returns>Null for an option that was not given.</returns>
    public static string? Of(string key, string? value) => value is null ? null : $"{key} = {Quote(value)}";

    /// <inheritdoc cref="Of(string, string?)"/>
    public static string? Of(string key, IReadOnlyCollection<string> values) =>
        values.Count == 0 ? null : $"{key} = [{string.Join(", ", values.Select(Quote))}]";

    // A JSON string is a HOCON string. Without the serializer, which would take longer than all the rest of the command line.
    private static string Quote(string value) => $"\"{System.Text.Json.JsonEncodedText.Encode(value)}\"";
}
