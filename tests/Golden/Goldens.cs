using System.Text.Json;

namespace MlxActors.Golden;

/// <summary>
/// Where the fixtures of the reference implementations lie: <c>MLXACTORS_GOLDENS</c>, or the copy in this repository.
/// Tests enumerate what they find there, so that other fixtures of the same form can be dropped in.
/// </summary>
public static class Goldens
{
    public const string RootVariable = "MLXACTORS_GOLDENS";

    /// <summary>The repository's root: the nearest folder above the test binaries that holds the solution.</summary>
    public static string Repository { get; } = FindRepository();

    public static string Root { get; } = Environment.GetEnvironmentVariable(RootVariable) is { Length: > 0 } root
        ? root
        : Path.Combine(Repository, "tests", "Golden", "goldens");

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Relative paths of the files of one kind, sorted; one null when there is none, for <see cref="SkipWhenNone"/>.</summary>
    public static TheoryData<string?> Files(string folder, string pattern, Func<string, bool>? where = null)
    {
        var directory = PathOf(folder);
        var files = Directory.Exists(directory)
            ? Directory.EnumerateFiles(directory, pattern, SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
                .Where(where ?? (_ => true))
                .Order(StringComparer.Ordinal)
                .ToArray()
            : [];
        return Rows(files);
    }

    /// <summary>Theory rows of the names given; one null row when there is none, which the test turns into a visible skip.</summary>
    public static TheoryData<string?> Rows(IEnumerable<string> names)
    {
        var rows = new TheoryData<string?>();
        foreach (var name in names.DefaultIfEmpty(null!))
        {
            rows.Add(name);
        }
        return rows;
    }

    /// <summary>Skips, visibly, the test of a kind of which this root holds no case.</summary>
    public static string SkipWhenNone(string? caseName, string kind)
    {
        Skip.If(caseName is null, $"no case of kind '{kind}' under {Root}");
        return caseName!;
    }

    /// <summary>The documents of a JSON-lines file, blank lines left out.</summary>
    public static IEnumerable<JsonElement> Lines(string file) =>
        File.ReadLines(file).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement);

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MlxActors.sln")))
            {
                return folder.FullName;
            }
        }
        throw new InvalidOperationException($"no MlxActors.sln above {AppContext.BaseDirectory}");
    }
}
