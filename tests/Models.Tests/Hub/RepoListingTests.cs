using System.Security.Cryptography;
using System.Text;
using MlxActors.Models.Hub;

namespace MlxActors.Models.Tests.Hub;

/// <summary>What of a repository is downloaded, and how its bytes are told to be right.</summary>
public sealed class RepoListingTests : IDisposable
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly DirectoryInfo _disk = Directory.CreateTempSubdirectory("mlxactors-");

    private RepoFolder Folder => new(new HubCache(_disk.FullName), Id("org/name"));

    public void Dispose() => _disk.Delete(recursive: true);

    [Theory]
    [InlineData("model.safetensors", true)]
    [InlineData("preprocessor_config.json", true)]
    [InlineData("generation_config.json", true)]
    [InlineData("README.md", false)]
    [InlineData("model.gguf", false)]
    [InlineData("pytorch_model.bin", false)]
    [InlineData("original/config.json", false)]
    [InlineData("consolidated.safetensors", false)]
    [InlineData("model-00001-of-00002.safetensors", false)]
    public void Needed_OfOneFileOfWeights(string file, bool isNeeded) =>
        Assert.Equal(isNeeded, Needed("config.json", "tokenizer.json", "model.safetensors", file).Contains(file));

    [Theory]
    [InlineData("model-00002-of-00002.safetensors", true)]
    [InlineData("consolidated.safetensors", false)]
    [InlineData("model/x.safetensors", false)]
    [InlineData("model\\..\\..\\x.safetensors", false)]
    [InlineData("model:x.safetensors", false)]
    public void Needed_OfShards(string file, bool isNeeded) => Assert.Equal(
        isNeeded,
        Needed("config.json", "tokenizer.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors", file).Contains(file));

    [Theory]
    [InlineData("config.json", "tokenizer.json", "model.safetensors")]
    [InlineData("tokenizer.json", "config.json", "model.safetensors")]
    [InlineData("model*.safetensors", "config.json", "tokenizer.json")]
    public void Needed_OfARepositoryThatLacksAPart_NamesIt(string missing, params string[] files) =>
        Assert.Contains($"has no {missing}", Listing(files).Needed().Match(_ => "", reason => reason));

    // git hash-object of a file with these bytes; and sha256sum.
    [Theory]
    [InlineData("hello\n", "ce013625030ba8dba906f756967f9e9ca394464a")]
    [InlineData("", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")]
    [InlineData("hello\n", "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03")]
    public void Hasher_KnowsAFileByItsId_InPieces_AndAgain(string content, string id)
    {
        var bytes = Encoding.ASCII.GetBytes(content);
        using var hasher = new BlobHasher(new RepoFile("file", bytes.Length, Blob(id)));

        hasher.Append("something else"u8);
        hasher.Restart();
        foreach (var one in bytes)
        {
            hasher.Append([one]);
        }

        Assert.True(hasher.Matches());
        hasher.Append("hellO\n"u8);
        Assert.False(hasher.Matches());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("../../../../../../../../../../../etc/passwd")]
    [InlineData("CE013625030BA8DBA906F756967F9E9CA394464A")]
    [InlineData("ce013625030ba8dba906f756967f9e9ca394464")]
    public void BlobId_IsAHash_AndNothingElse(string? text) => Assert.False(BlobId.TryParse(text, out _));

    [Fact]
    public void Plan_CountsWhatIsHere()
    {
        var listing = Listing("config.json", "tokenizer.json", "model.safetensors");
        Write(Folder.Blob(listing.Files[0].Blob), 100);
        Write(Folder.Incomplete(listing.Files[2].Blob), 40);

        var plan = DownloadPlan.Make(listing, Folder).Match(plan => plan, reason => throw new InvalidOperationException(reason));

        Assert.Equal((300, 160), (plan.TotalBytes, plan.MissingBytes));
        Assert.Equal([true, false, false], plan.Files.Select(planned => planned.IsInPlace));
    }

    [Fact]
    public void Plan_OfALeftoverWithAllItsBytes_StillHasItChecked()
    {
        var listing = Listing("config.json", "tokenizer.json", "model.safetensors");
        Write(Folder.Incomplete(listing.Files[2].Blob), 100);

        var plan = DownloadPlan.Make(listing, Folder).Match(plan => plan, reason => throw new InvalidOperationException(reason));

        Assert.Equal(new PlannedFile(listing.Files[2], 100, IsInPlace: false), plan.Files[2]);
    }

    [Fact]
    public void Publish_OfANewCommit_LeavesTheOldOne_AndMovesMain()
    {
        var listing = Listing("config.json", "tokenizer.json", "model.safetensors");
        foreach (var file in listing.Files)
        {
            Write(Folder.Blob(file.Blob), 100);
        }
        var older = listing with { Commit = new string('a', 40) };

        foreach (var one in new[] { older, listing })
        {
            Folder.Publish(DownloadPlan.Make(one, Folder).Match(plan => plan, reason => throw new InvalidOperationException(reason)));
        }

        Assert.Equal(
            Folder.Snapshot(Commit),
            Folder.Cache.Snapshot(Folder.Id).Match(folder => folder, reason => throw new InvalidOperationException(reason)));
        Assert.Equal(100, File.ReadAllBytes(Path.Combine(Folder.Snapshot(older.Commit), "config.json")).Length);
    }

    private static HashSet<string> Needed(params string[] files) => Listing(files).Needed()
        .Match(needed => needed.Select(file => file.Path).ToHashSet(), reason => throw new InvalidOperationException(reason));

    private static RepoListing Listing(params string[] files) =>
        new(Commit, [.. files.Distinct().Select(file => new RepoFile(file, 100, Blob(Sha256(file))))]);

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static BlobId Blob(string hex) => BlobId.TryParse(hex, out var blob) ? blob : throw new ArgumentException(hex);

    private static RepoId Id(string text) => RepoId.TryParse(text, out var id) ? id : throw new ArgumentException(text);

    private static void Write(string path, int bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, new byte[bytes]);
    }
}
