using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Models.Media;

namespace MlxActors.Golden.Video;

/// <summary>Frames, their times and which of them is on screen when, for every row of <c>video/index.json</c>.</summary>
public sealed class VideoDecodeTests
{
    private const string Folder = "video";

    private static readonly Lazy<IReadOnlyDictionary<string, JsonElement>> Index =
        new(() => CorpusIndex.Read(Goldens.PathOf(Folder, "index.json")));

    public static TheoryData<string?> Rows => Goldens.Rows(Index.Value.Keys);

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Video_AllFrames_AreThoseOfTheReference(string? name)
    {
        var row = Row(name, out var content);
        var video = Decode(content, info => [.. Enumerable.Range(0, info.Frames)]);

        var expected = row.GetProperty("mean_rgb").EnumerateArray().Select(Colour).ToArray();
        Assert.Equal(row.GetProperty("frames").GetInt32(), video.Info.Frames);
        Assert.Equal(expected.Length, video.Frames.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            AssertColour(expected[i], video.Frames[i], row);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Video_TimesAndRate_AreThoseOfTheReference(string? name)
    {
        var row = Row(name, out var content);
        var info = Decode(content, _ => [0]).Info;

        var tolerance = row.GetProperty("tolerance").GetProperty("pts").GetDouble();
        Assert.Equal(row.GetProperty("avg_fps").GetDouble(), info.FramesPerSecond, 0.01);
        Assert.All(
            row.GetProperty("pts").EnumerateArray().Select(time => time.GetDouble()).Zip(info.Times),
            times => Assert.Equal(times.First, times.Second, tolerance));
    }

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Video_FramesAtMoments_AreThoseOnScreen(string? name)
    {
        var row = Row(name, out var content);
        var moments = row.GetProperty("at").EnumerateArray().ToArray();

        var chosen = ImmutableArray<int>.Empty;
        var video = Decode(content, info => chosen = [.. moments.Select(moment => info.FrameAt(moment.GetProperty("t").GetDouble()))]);

        Assert.Equal(moments.Select(moment => moment.GetProperty("frame").GetInt32()), chosen);
        foreach (var (moment, frame) in moments.Zip(video.Frames))
        {
            AssertColour(Colour(moment.GetProperty("mean_rgb")), frame, row);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Rows))]
    public void Video_Frame_StandsUpright(string? name)
    {
        var row = Row(name, out var content);
        var frame = Decode(content, _ => [1]).Frames[0];

        Assert.Equal((row.GetProperty("width").GetInt32(), row.GetProperty("height").GetInt32()), (frame.Width, frame.Height));
        Assert.Equal(row.GetProperty("bright_corner").GetString(), BrightCorner(frame));
    }

    private static JsonElement Row(string? name, out byte[] content)
    {
        var file = Goldens.SkipWhenNone(name, Folder);
        content = File.ReadAllBytes(Goldens.PathOf(Folder, file));
        return Index.Value[file];
    }

    private static VideoFrames Decode(byte[] content, ChooseFrames choose) =>
        LocalDecoder.Instance.Video(content, choose, CancellationToken.None).Match(
            video => video,
            error =>
            {
                LocalDecoder.SkipWithoutFfmpeg(error);
                throw new Xunit.Sdk.XunitException(error.Message);
            });

    private static double[] Colour(JsonElement levels) => [.. levels.EnumerateArray().Select(level => level.GetDouble())];

    private static void AssertColour(double[] expected, PixelImage frame, JsonElement row)
    {
        var tolerance = row.GetProperty("tolerance").GetProperty("mean_rgb").GetDouble();
        var middle = Mean(frame, frame.Width / 4, frame.Height / 4, frame.Width / 2, frame.Height / 2);
        Assert.All(expected.Zip(middle), levels => Assert.Equal(levels.First, levels.Second, tolerance));
    }

    private static string BrightCorner(PixelImage frame)
    {
        const int side = 4;
        var corners =
            from bottom in new[] { false, true }
            from right in new[] { false, true }
            let level = Mean(frame, right ? frame.Width - side : 0, bottom ? frame.Height - side : 0, side, side).Sum()
            orderby level descending
            select $"{(bottom ? "bottom" : "top")}_{(right ? "right" : "left")}";
        return corners.First();
    }

    private static double[] Mean(PixelImage frame, int left, int top, int width, int height)
    {
        var sums = new double[PixelImage.Channels];
        for (var y = top; y < top + height; y++)
        {
            var row = frame.Row(y).Slice(left * PixelImage.Channels, width * PixelImage.Channels);
            for (var i = 0; i < row.Length; i++)
            {
                sums[i % PixelImage.Channels] += row[i];
            }
        }
        return [.. sums.Select(sum => sum / (width * height))];
    }
}
