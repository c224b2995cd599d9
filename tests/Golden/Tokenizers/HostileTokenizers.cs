using System.Text.Json;
using MlxActors.Models.Text;

namespace MlxActors.Golden.Tokenizers;

/// <summary>Tokenizer files that are wrong in one way each.</summary>
public sealed class HostileTokenizers
{
    private const string Folder = "checkpoints/hostile";
    private const string Kind = "hostile tokenizers";
    private const string FileName = "tokenizer.json";

    public static TheoryData<string?> Cases => Goldens.Rows(
        Index().Where(row => row.GetProperty("layer").GetString() == "tokenizer").Select(row => row.GetProperty("dir").GetString()!));

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Load_GivesTheExpectedOutcomeAndNamesTheFile(string? name)
    {
        var folder = Goldens.SkipWhenNone(name, Kind);
        var row = Index().Single(row => row.GetProperty("dir").GetString() == folder);

        var outcome = HuggingFaceTokenizer.Load(PathOf(row));

        var error = outcome.Match(_ => (Models.LoadError?)null, error => error);
        if (error is not null)
        {
            Assert.Equal(FileName, error.File);
            Assert.All((string[])[FileName, "expected", "found"], word => Assert.Contains(word, error.Message));
        }
        switch (row.GetProperty("expect").GetString())
        {
            case "error":
                Assert.NotNull(error);
                break;
            case "ok":
                Assert.Null(error);
                break;
            case "either" when error is null:
                var tokenizer = outcome.Match(value => value, _ => throw new InvalidOperationException());
                var ids = tokenizer.EncodeToIds(new string('a', 100) + "!");
                Assert.All(ids, id => Assert.InRange(id, 0, tokenizer.MaxId));
                break;
        }
    }

    private static IEnumerable<JsonElement> Index() => File.Exists(Goldens.PathOf(Folder, "index.json"))
        ? JsonElement.Parse(File.ReadAllText(Goldens.PathOf(Folder, "index.json"))).GetProperty("files").EnumerateArray()
        : [];

    /// <summary>The case's own file, or one that does not exist when the case takes it away, or the base's.</summary>
    private static string PathOf(JsonElement row)
    {
        var own = Goldens.PathOf(Folder, row.GetProperty("dir").GetString()!, FileName);
        var isRemoved = row.TryGetProperty("remove", out var removed) && removed.EnumerateArray().Any(file => file.GetString() == FileName);
        return File.Exists(own) || isRemoved ? own : Goldens.PathOf(Folder, "00-good", FileName);
    }
}
