using System.Text.Json;
using MlxActors.Models;

namespace MlxActors.Web.Cli;

/// <summary>A model as the command line shows it; its names are those of the JSON.</summary>
/// <param name="Origin">shipped, cache or folder.</param>
/// <param name="Bytes">Of all its files.</param>
internal sealed record ModelRow(
    string Id,
    IReadOnlyList<string> Aliases,
    string Origin,
    long Bytes,
    string? Family,
    int? ContextWindow,
    IReadOnlyList<string> Capabilities,
    string Folder)
{
    public static ModelRow Of(ListedModel model, ModelCatalog catalog)
    {
        var folder = model.Location.Directory;
        return new ModelRow(
            model.Location.Id,
            model.Aliases,
            OriginOf(folder, catalog),
            Files(folder).Sum(file => file.Bytes),
            model.Card.Family,
            model.Card.ContextWindow,
            [.. NamesOf(model.Card.Capabilities)],
            folder);
    }

    /// <summary>The files of a checkpoint with their sizes; a link counts as what it leads to.</summary>
    public static IEnumerable<(string Name, long Bytes)> Files(string folder) =>
        Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(path => (Path.GetFileName(path), LengthOf(path)));

    private static long LengthOf(string path) =>
        (new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) ?? new FileInfo(path)) is FileInfo { Exists: true } file
            ? file.Length
            : 0;

    private static string OriginOf(string folder, ModelCatalog catalog) =>
        catalog.ShippedRoot is { } shipped && IsWithin(folder, shipped) ? "shipped"
        : IsWithin(folder, catalog.Cache.Root) ? "cache"
        : "folder";

    private static bool IsWithin(string folder, string root) =>
        folder.StartsWith(Path.GetFullPath(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static IEnumerable<string> NamesOf(Capabilities capabilities) =>
        Enum.GetValues<Capabilities>().Where(value => capabilities.HasFlag(value)).Select(value => value.ToString().ToLowerInvariant());
}

/// <summary>JSON as the commands write it.</summary>
internal static class CliJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Of<T>(T value) => JsonSerializer.Serialize(value, Options);
}
