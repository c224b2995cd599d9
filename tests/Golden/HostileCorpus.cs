using System.Text.Json;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Golden;

/// <summary>A folder of malformed files, whose index says how each must end.</summary>
internal sealed class HostileCorpus(string folder)
{
    private readonly Lazy<IReadOnlyDictionary<string, JsonElement>> _index =
        new(() => CorpusIndex.Read(Goldens.PathOf(folder, "index.json")));

    public string Folder => folder;

    public TheoryData<string?> Files => Goldens.Rows(_index.Value.Keys);

    /// <summary>Files that name other files or addresses, none of which may be opened.</summary>
    public IEnumerable<string> Luring => _index.Value.Where(row => row.Value.TryGetProperty("must_not_read", out _)).Select(row => row.Key);

    public byte[] Content(string file) => File.ReadAllBytes(Goldens.PathOf(folder, file));

    public void AssertOutcome<T>(string file, Result<T, MediaError> outcome)
    {
        var expect = _index.Value[file].GetProperty("expect").GetString();
        switch (outcome)
        {
            case Result<T, MediaError>.Ok:
                Assert.True(expect is "ok" or "either", "must be refused, is taken");
                break;
            case Result<T, MediaError>.Error(var error):
                LocalDecoder.SkipWithoutFfmpeg(error);
                Assert.True(expect is "error" or "either", $"must decode, but: {error.Message}");
                Assert.NotEmpty(error.Message);
                break;
        }
    }
}
