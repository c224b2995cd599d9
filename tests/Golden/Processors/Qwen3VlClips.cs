using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Golden.Processors;

/// <summary>
/// Decodes images as the server does, and "videos" whose content is the name of a clip of the fixtures: of those only the frames are there
/// that the reference chose.
/// </summary>
internal sealed class Qwen3VlClips : IMediaDecoder
{
    public const string File = "videos.json";

    private readonly MediaDecoder _images = new(ImageLimits.Default);

    public static JsonElement ClipOf(string name) =>
        Qwen3VlFixture.Json(File).GetProperty("videos").EnumerateArray().Single(clip => clip.GetProperty("name").GetString() == name);

    public static MediaSource Source(string name, string field = "messages") => new(Encoding.UTF8.GetBytes(name), field);

    public static GoldenTensors Tensors() => GoldenTensors.Open(Path.ChangeExtension(Qwen3VlFixture.PathOf(File), ".safetensors"));

    public Result<PixelImage, MediaError> Image(
        ReadOnlyMemory<byte> content, Transparency transparency, CancellationToken cancellationToken) =>
        _images.Image(content, transparency, cancellationToken);

    public Result<AudioClip, MediaError> Audio(ReadOnlyMemory<byte> content, int sampleRate, CancellationToken cancellationToken) =>
        throw new NotSupportedException("the fixtures hold no sound");

    public Result<VideoFrames, MediaError> Video(ReadOnlyMemory<byte> content, ChooseFrames choose, CancellationToken cancellationToken)
    {
        var clip = ClipOf(Encoding.UTF8.GetString(content.Span));
        var video = new VideoInfo(clip.GetProperty("total_frames").GetInt32(), clip.GetProperty("fps").GetDouble());
        var chosen = choose(video);
        if (clip.TryGetProperty("indices", out var indices))
        {
            Assert.Equal(Qwen3VlFixture.Ints(indices), chosen.AsEnumerable());
        }
        return new VideoFrames(video, Frames(clip, chosen.Length));
    }

    private static ImmutableArray<PixelImage> Frames(JsonElement clip, int count)
    {
        var (height, width) = (clip.GetProperty("height").GetInt32(), clip.GetProperty("width").GetInt32());
        var pixels = clip.TryGetProperty("frames", out var frames)
            ? Tensors()[frames.GetString()!].Bytes()
            : new byte[count * height * width * PixelImage.Channels];
        return [.. pixels.Chunk(height * width * PixelImage.Channels).Select(rgb => new PixelImage(width, height, rgb))];
    }
}
