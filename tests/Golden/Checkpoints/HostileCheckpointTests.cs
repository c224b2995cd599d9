using System.Text.Json;
using MlxActors.Golden.Families;
using MlxActors.Models;
using MlxActors.Native.Results;

namespace MlxActors.Golden.Checkpoints;

/// <summary>Checkpoints wrong in one way each: a clear error or a model, never a crash, and nothing allocated on the file's word.</summary>
public sealed class HostileCheckpointTests : IDisposable
{
    private const string Folder = "checkpoints/hostile";
    private const string Base = "00-good";

    /// <summary>Many times what the tiny good checkpoint needs; far less than what the hostile ones claim.</summary>
    private const long MaxAllocatedBytes = 64 << 20;

    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("mlxactors-");

    public static TheoryData<string?> Cases => Goldens.Rows(Index().Keys.Order(StringComparer.Ordinal));

    public void Dispose() => _scratch.Delete(recursive: true);

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Load_HostileCheckpoint_GivesTheExpectedOutcome(string? name)
    {
        var hostile = Index()[Goldens.SkipWhenNone(name, "hostile checkpoint")];
        var checkpoint = Prepare(name!, hostile);
        var backend = Backends.Exact();
        var before = GC.GetAllocatedBytesForCurrentThread();

        var loaded = ModelLoader.Load(checkpoint, backend, CancellationToken.None);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
        var expected = hostile.GetProperty("expect").GetString();
        switch (loaded)
        {
            case Result<LoadedModel, LoadError>.Ok(var model):
                model.Dispose();
                Assert.True(expected is "ok" or "either", $"loads, although {hostile.GetProperty("wrong")}");
                break;
            case Result<LoadedModel, LoadError>.Error(var error):
                backend.Dispose();
                Assert.True(expected is "error" or "either", error.Message);
                Assert.All(Texts(hostile, "names"), part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
                Assert.NotNull(error.File);
                break;
        }
    }

    private static Dictionary<string, JsonElement> Index()
    {
        var file = Goldens.PathOf(Folder, "index.json");
        return File.Exists(file)
            ? JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("files").EnumerateArray()
                .ToDictionary(entry => entry.GetProperty("dir").GetString()!)
            : [];
    }

    private static IEnumerable<string> Texts(JsonElement hostile, string key) =>
        hostile.TryGetProperty(key, out var texts) ? texts.EnumerateArray().Select(text => text.GetString()!) : [];

    /// <summary>
    /// The good checkpoint's files, less those the case removes, with its own laid over; two folders deep, with a good file where a
    /// path out of the folder would lead.
    /// </summary>
    private string Prepare(string name, JsonElement hostile)
    {
        var removed = Texts(hostile, "remove").ToHashSet();
        var target = _scratch.CreateSubdirectory("checkpoints/case");
        var outside = _scratch.CreateSubdirectory("other");
        Copy(new FileInfo(Goldens.PathOf(Folder, Base, "model.safetensors")), outside);
        foreach (var file in new DirectoryInfo(Goldens.PathOf(Folder, Base)).EnumerateFiles().Where(file => !removed.Contains(file.Name)))
        {
            Copy(file, target);
        }
        var own = new DirectoryInfo(Goldens.PathOf(Folder, name));
        foreach (var file in own.EnumerateFiles())
        {
            Copy(file, target);
        }
        foreach (var folder in own.EnumerateDirectories())
        {
            target.CreateSubdirectory(folder.Name);
        }
        return target.FullName;
    }

    /// <summary>Copies the bytes alone: fixtures may be read-only.</summary>
    private static void Copy(FileInfo file, DirectoryInfo target) =>
        File.WriteAllBytes(Path.Combine(target.FullName, file.Name), File.ReadAllBytes(file.FullName));
}
