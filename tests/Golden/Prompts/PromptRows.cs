using System.Text.Json;

namespace MlxActors.Golden.Prompts;

/// <summary>The rows of JSON-lines fixtures, each a case by the name <c>file:line</c>.</summary>
internal static class PromptRows
{
    public static TheoryData<string?> CasesOf(string folder, string file, Func<JsonElement, bool>? where = null) =>
        Goldens.Rows(((IEnumerable<object?[]>)Goldens.Files(folder, file))
            .SelectMany(row => row.OfType<string>())
            .SelectMany(path => Goldens.Lines(Goldens.PathOf(path)).Index()
                .Where(line => where is null || where(line.Item))
                .Select(line => $"{path}:{line.Index + 1}")));

    public static JsonElement RowOf(string name)
    {
        var (file, line) = Split(name);
        return Goldens.Lines(Goldens.PathOf(file)).ElementAt(line - 1);
    }

    public static string FileOf(string name) => Split(name).File;

    public static IEnumerable<int> Ids(JsonElement ids) => ids.EnumerateArray().Select(id => id.GetInt32());

    private static (string File, int Line) Split(string name)
    {
        var colon = name.LastIndexOf(':');
        return (name[..colon], int.Parse(name.AsSpan(colon + 1)));
    }
}
