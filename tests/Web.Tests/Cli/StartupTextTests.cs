using MlxActors.Models.Media.Ffmpeg;
using MlxActors.Native.Results;
using MlxActors.Web.Cli;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Cli;

public sealed class StartupTextTests
{
    [Fact]
    public void Text_WithFfmpeg_SaysWhereItIs() =>
        Assert.Contains(
            "  Media   PNG, JPEG, WAV; other formats and video by /bin/ffmpeg", Lines(Result.Ok<string, string>("/bin/ffmpeg")));

    [Fact]
    public void Text_WithoutFfmpeg_SaysWhatIsMissingAndWhy() => Assert.Contains(
        "  Media   PNG, JPEG, WAV; no other format and no video: they need ffmpeg, which is not on this server's PATH",
        Lines(FfmpegVersion.Locate(FfmpegSettings.Default with { Location = new FfmpegLocation.Auto("") })));

    private static string[] Lines(Result<string, string> ffmpeg) => StartupText
        .Compose(TestServer.Plan().Choice, "CPU", ffmpeg, ["http://127.0.0.1:1"])
        .Split(Environment.NewLine);
}
