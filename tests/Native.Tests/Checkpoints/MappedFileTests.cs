using MlxActors.Native.Checkpoints;

namespace MlxActors.Native.Tests.Checkpoints;

public sealed class MappedFileTests
{
    [Fact]
    public void Open_ALink_MapsTheFileBehindIt()
    {
        using var directory = new TemporaryDirectory();
        var (blob, link) = (Path.Combine(directory.Path, "blob"), Path.Combine(directory.Path, "model.safetensors"));
        var content = Enumerable.Range(0, 5000).Select(i => (byte)i).ToArray();
        File.WriteAllBytes(blob, content);
        // Relative, as the Hugging Face cache makes them.
        File.CreateSymbolicLink(link, "blob");

        using var file = MappedFile.Open(link);

        Assert.Equal(content.Length, file.Length);
        Assert.Equal(content, file.Bytes(0, content.Length).ToArray());
    }

    [Fact]
    public void Open_AnEmptyFile_IsRefused()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "empty");
        File.WriteAllBytes(path, []);

        Assert.Throws<IOException>(() => MappedFile.Open(path));
    }
}
