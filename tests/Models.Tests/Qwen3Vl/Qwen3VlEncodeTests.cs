using MlxActors.Golden;
using MlxActors.Models.Media;
using MlxActors.Native.Cpu;
using MlxActors.Native.Results;

namespace MlxActors.Models.Tests.Qwen3Vl;

public sealed class Qwen3VlEncodeTests
{
    private const int Side = 64;
    private const int Patches = Side * Side;

    /// <summary>Of a patch of the demo model: two frames of 16 x 16 pixels.</summary>
    private const int PatchLength = 2 * 16 * 16 * PixelImage.Channels;

    /// <summary>The scores of all pairs of patches, were they held at a time: 256 MiB.</summary>
    private const long Scores = 4L * Patches * Patches * sizeof(float);

    [Fact]
    public void Encode_PictureOfAMegapixel_HoldsNothingForPairsOfPatches()
    {
        using var backend = new CpuBackend(new CpuOptions(CpuMode.Fast, Threads: 2));
        var directory = Path.Combine(Goldens.Repository, "models", "demo-qwen");
        using var model = Assert.IsType<Result<IModel, LoadError>.Ok>(ModelLoader.LoadModel(directory, backend, default)).Value;

        using var features = model.Encode(new PatchValues(new float[Patches * PatchLength], Side, Side));

        Assert.Equal(Patches / 4, features.Value.Shape[1] * features.Value.Shape[2]);
        Assert.InRange(backend.ArenaBytes, 1, Scores / 2);
    }
}
