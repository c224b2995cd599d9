using MlxActors.Models.Media.Ffmpeg;
using MlxActors.Native.Results;
using MlxActors.Web.Cli;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Cli;

public sealed class StartupTextTests
{
    [Fact]
    public void Text_WithFfmpeg_NamesItsVersion() =>
        Assert.Contains("  Media   PNG, JPEG, WAV; other formats and video by ffmpeg 5.1.6", Lines(Result.Ok<string, string>("5.1.6")));

    [Fact]
    public async Task Text_WithoutFfmpeg_SaysWhatIsMissingAndWhy() => Assert.Contains(
        "  Media   PNG, JPEG, WAV; no other format and no video: they need ffmpeg, which is not on this server's PATH",
        Lines(await FfmpegVersion.FindAsync(
            FfmpegSettings.Default with { Location = new FfmpegLocation.Auto("") }, CancellationToken.None)));

    private static string[] Lines(Result<string, string> ffmpeg) => StartupText
        .Compose(TestServer.Plan().Choice, "CPU", ffmpeg, ["http://127.0.0.1:1"])
        .Split(Environment.NewLine);
}
