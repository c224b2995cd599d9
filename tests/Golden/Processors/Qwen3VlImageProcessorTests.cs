using System.Text.Json;
using MlxActors.Models.Media;
using MlxActors.Models.Qwen3Vl;
using MlxActors.Native.Results;

namespace MlxActors.Golden.Processors;

/// <summary>Sizes and patches of images and videos against transformers on torchvision.</summary>
public sealed class Qwen3VlImageProcessorTests
{
    private const string ImagesFile = "images.json";
    private const string VideosFile = "videos.json";
    private const string SizesFile = "smart_resize.json";

    public static TheoryData<string?> Images => Qwen3VlFixture.Rows(ImagesFile, "images");

    public static TheoryData<string?> Videos => Qwen3VlFixture.Rows(VideosFile, "videos");

    public static TheoryData<string?> ImageSizes => Qwen3VlFixture.Rows(SizesFile, "image", "rows");

    public static TheoryData<string?> VideoSizes => Qwen3VlFixture.Rows(SizesFile, "video", "rows");

    [SkippableTheory]
    [MemberData(nameof(Images))]
    public void Process_Image_GivesTheReferencesPatches(string? row)
    {
        var golden = Qwen3VlFixture.Row(row, ImagesFile, "images");
        var content = File.ReadAllBytes(Qwen3VlFixture.PathOf(golden.GetProperty("file").GetString()!));
        var bounds = new PixelBounds(golden.GetProperty("min_pixels").GetInt64(), golden.GetProperty("max_pixels").GetInt64());

        var patches = Qwen3VlFixture.Ok(ImageDecoder.Decode(content, ImageLimits.Default, Transparency.OnWhite)
            .Bind(new Qwen3VlImages(Qwen3VlFixture.Config(bounds)).Process));

        AssertPatches(golden, ImagesFile, "pixel_values", [patches]);
    }

    [SkippableTheory]
    [MemberData(nameof(Videos))]
    public void Process_FramesOfAVideo_GiveTheReferencesPatches(string? row)
    {
        var golden = Qwen3VlFixture.Row(row, VideosFile, "videos");
        var (height, width) = (golden.GetProperty("height").GetInt32(), golden.GetProperty("width").GetInt32());
        var videos = new Qwen3VlVideos(Qwen3VlVideoConfig.Default.Frames);
        if (golden.TryGetProperty("error", out _))
        {
            var error = Assert.IsType<Result<System.Collections.Immutable.ImmutableArray<PatchValues>, MediaError>.Error>(
                videos.Process([new PixelImage(width, height, new byte[width * height * PixelImage.Channels])]));
            Assert.IsType<MediaError.UnusableShape>(error.Reason);
            return;
        }
        var frames = Tensors(VideosFile)[golden.GetProperty("frames").GetString()!].Bytes()
            .Chunk(height * width * PixelImage.Channels)
            .Select(rgb => new PixelImage(width, height, rgb));

        var groups = Qwen3VlFixture.Ok(videos.Process([.. frames]));

        AssertPatches(golden, VideosFile, "pixel_values_videos", groups);
    }

    [SkippableTheory]
    [MemberData(nameof(ImageSizes))]
    public void SmartResize_Image_GivesTheReferencesSize(string? row)
    {
        var (golden, factor, bounds) = Size(row, "image");

        AssertSize(golden, SmartResize.Image(SizeOf(golden), factor, bounds));
    }

    [SkippableTheory]
    [MemberData(nameof(VideoSizes))]
    public void SmartResize_Video_GivesTheReferencesSize(string? row)
    {
        var (golden, factor, bounds) = Size(row, "video");
        var framesPerGroup = Qwen3VlFixture.Json(SizesFile).GetProperty("video").GetProperty("temporal_factor").GetInt32();

        AssertSize(golden, SmartResize.Video(SizeOf(golden), golden.GetProperty("frames").GetInt32(), framesPerGroup, factor, bounds));
    }

    private static (JsonElement Golden, int Factor, PixelBounds Bounds) Size(string? row, string kind)
    {
        var golden = Qwen3VlFixture.Row(row, SizesFile, kind, "rows");
        var settings = Qwen3VlFixture.Json(SizesFile).GetProperty(kind);
        return (
            golden,
            settings.GetProperty("factor").GetInt32(),
            new PixelBounds(settings.GetProperty("min_pixels").GetInt64(), settings.GetProperty("max_pixels").GetInt64()));
    }

    private static FrameSize SizeOf(JsonElement golden) => new(golden.GetProperty("h").GetInt32(), golden.GetProperty("w").GetInt32());

    private static void AssertSize(JsonElement golden, Result<FrameSize, string> actual)
    {
        if (golden.TryGetProperty("out", out var size))
        {
            var expected = Qwen3VlFixture.Ints(size);
            Assert.Equal(new FrameSize(expected[0], expected[1]), Qwen3VlFixture.Ok(actual));
        }
        else
        {
            Assert.True(golden.TryGetProperty("error", out _));
            Assert.IsType<Result<FrameSize, string>.Error>(actual);
        }
    }

    private static GoldenTensors Tensors(string file) =>
        GoldenTensors.Open(Path.ChangeExtension(Qwen3VlFixture.PathOf(file), ".safetensors"));

    private static void AssertPatches(JsonElement golden, string file, string pixels, IReadOnlyList<PatchValues> groups) =>
        Qwen3VlFixture.AssertPatches(golden, Qwen3VlFixture.Json(file).GetProperty("tolerance"), Tensors(file), pixels, groups);
}
