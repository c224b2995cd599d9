using System.Text;
using MlxActors.Generation;
using MlxActors.Http.Errors;
using MlxActors.Models.Chat;
using MlxActors.Native.Results;
using MlxActors.Web.Media;
using MlxActors.Web.OpenAi.Parsing;

namespace MlxActors.Web.Tests.OpenAi;

/// <summary>Content parts that hold media, as parsed: what they refer to, by index, and nothing opened or fetched.</summary>
public sealed class MediaPartTests
{
    private const string Data = "data:image/png;base64,AAEC";
    private static readonly byte[] Bytes = [0, 1, 2];

    [Theory]
    [InlineData($$$"""{"type":"image_url","image_url":{"url":"{{{Data}}}","detail":"low"}}""", "image_url")]
    [InlineData($$"""{"type":"image_url","image_url":"{{Data}}"}""", "image_url")]
    [InlineData("""{"type":"image_url","image_url":{"url":"DATA:text/plain;charset=utf-8;BASE64,AAEC"}}""", "image_url")]
    [InlineData("""{"type":"image_url","image_url":{"url":"data:;base64,AAEC"}}""", "image_url")]
    [InlineData("""{"type":"input_audio","input_audio":{"data":"AAEC","format":"mp3"}}""", "input_audio")]
    [InlineData("""{"type":"input_audio","input_audio":{"data":"AAEC"}}""", "input_audio")]
    [InlineData("""{"type":"audio_url","audio_url":{"url":"data:audio/wav;base64,AAEC"}}""", "audio_url")]
    [InlineData("""{"type":"video_url","video_url":{"url":"data:video/mp4;base64,AAEC"}}""", "video_url")]
    [InlineData("""{"type":"file","file":{"file_data":"data:image/webp;base64,AAEC","filename":"a.webp"}}""", "file")]
    [InlineData("""{"type":"file","file":{"file_data":"data:audio/ogg;base64,AAEC"}}""", "file")]
    public void Part_WithData_RefersToItsBytes(string part, string field)
    {
        var file = Assert.IsType<MediaReference.Inline>(Assert.Single(Ok(part).Media));

        Assert.Equal(Bytes, file.Content.ToArray());
        Assert.Equal($"messages[0].content[0].{field}", file.Field);
    }

    [Theory]
    [InlineData("image_url", "http://example.com/a.png")]
    [InlineData("image_url", "HTTPS://example.com/a.png?size=1")]
    [InlineData("audio_url", "https://example.com/a.mp3")]
    [InlineData("video_url", "https://example.com:8443/a.mp4")]
    public void Part_WithAUrl_RefersToIt(string kind, string url)
    {
        var expected = new MediaReference.Remote(new Uri(url), $"messages[0].content[0].{kind}");

        Assert.Equal(expected, Assert.Single(Ok($$$"""{"type":"{{{kind}}}","{{{kind}}}":{"url":"{{{url}}}"}}""").Media));
        Assert.Equal(expected, Assert.Single(Ok($$"""{"type":"{{kind}}","{{kind}}":"{{url}}"}""").Media));
    }

    [Fact]
    public void Parts_OfSeveralMessages_CountOnInOrder()
    {
        var call = Assert.IsType<Result<ChatCompletionCall, ApiError>.Ok>(Read(
            $$$"""
            {"model":"demo","messages":[
              {"role":"user","content":[{"type":"image_url","image_url":"{{{Data}}}"},{"type":"text","text":"and"},
                {"type":"input_audio","input_audio":{"data":"AAEC","format":"wav"}}]},
              {"role":"assistant","content":"yes"},
              {"role":"user","content":[{"type":"video_url","video_url":{"url":"http://example.com/a.mp4"}},
                {"type":"file","file":{"file_data":"data:audio/wav;base64,AAEC"}}]}]}
            """)).Value;

        Assert.Equal(
            [
                new ContentPart.Image(0), new ContentPart.Text("and"), new ContentPart.Audio(1),
                new ContentPart.Video(2), new ContentPart.Audio(3),
            ],
            call.Conversation.Messages.Where(message => message.Role == Role.User).SelectMany(message => message.Parts));
        Assert.Equal(
            [
                "messages[0].content[0].image_url", "messages[0].content[2].input_audio", "messages[2].content[0].video_url",
                "messages[2].content[1].file",
            ],
            call.Media.Select(file => file.Field));
    }

    [Theory]
    [InlineData("""{"type":"image_url"}""", "image_url", "missing_required_parameter")]
    [InlineData("""{"type":"image_url","image_url":{}}""", "image_url.url", "missing_required_parameter")]
    [InlineData("""{"type":"image_url","image_url":{"url":7}}""", "image_url.url", "invalid_type")]
    [InlineData("""{"type":"image_url","image_url":7}""", "image_url", "invalid_type")]
    [InlineData("""{"type":"image_url","image_url":{"url":"a.png"}}""", "image_url.url", "invalid_value")]
    [InlineData("""{"type":"image_url","image_url":"a.png"}""", "image_url", "invalid_value")]
    [InlineData("""{"type":"image_url","image_url":{"url":"file:///etc/passwd"}}""", "image_url.url", "invalid_value")]
    [InlineData("""{"type":"image_url","image_url":{"url":"http://me@example.com/a.png"}}""", "image_url.url", "invalid_value")]
    [InlineData("""{"type":"image_url","image_url":{"url":"http://example.com:x/"}}""", "image_url.url", "invalid_value")]
    [InlineData("""{"type":"image_url","image_url":{"url":"data:image/png,AAEC"}}""", "image_url.url", "invalid_value")]
    [InlineData("""{"type":"image_url","image_url":{"url":"data:image/png;base64,A"}}""", "image_url.url", "invalid_value")]
    [InlineData("""{"type":"image_url","image_url":{"url":"data:image/png;base64,"}}""", "image_url.url", "invalid_value")]
    [InlineData("""{"type":"input_audio","input_audio":{"format":"wav"}}""", "input_audio.data", "missing_required_parameter")]
    [InlineData("""{"type":"input_audio","input_audio":{"data":"%","format":"wav"}}""", "input_audio.data", "invalid_value")]
    [InlineData("""{"type":"input_audio","input_audio":{"data":"AAEC","format":7}}""", "input_audio.format", "invalid_type")]
    [InlineData("""{"type":"input_audio","input_audio":"AAEC"}""", "input_audio", "invalid_type")]
    [InlineData("""{"type":"file","file":{"file_id":"file-1"}}""", "file", "unsupported_parameter")]
    [InlineData("""{"type":"file","file":{"file_data":"data:application/pdf;base64,AAEC"}}""", "file.file_data", "unsupported_parameter")]
    [InlineData("""{"type":"file","file":{"file_data":"AAEC"}}""", "file.file_data", "invalid_value")]
    [InlineData("""{"type":"smell","smell":{}}""", "type", "invalid_value")]
    public void Part_ThatIsWrong_IsAnErrorThatNamesTheField(string part, string field, string code)
    {
        var error = Assert.IsType<Result<ChatCompletionCall, ApiError>.Error>(ReadPart(part)).Reason;

        Assert.Equal((400, $"messages[0].content[0].{field}", code), (error.Status, error.Param, error.Code));
    }

    [Fact]
    public void Part_OfAnotherRole_IsRefused() => Assert.IsType<Result<ChatCompletionCall, ApiError>.Error>(Read(
        $$$"""{"model":"demo","messages":[{"role":"system","content":[{"type":"image_url","image_url":"{{{Data}}}"}]}]}"""));

    private static ChatCompletionCall Ok(string part) => Assert.IsType<Result<ChatCompletionCall, ApiError>.Ok>(ReadPart(part)).Value;

    private static Result<ChatCompletionCall, ApiError> ReadPart(string part) =>
        Read($$$"""{"model":"demo","messages":[{"role":"user","content":[{{{part}}}]}]}""");

    private static Result<ChatCompletionCall, ApiError> Read(string body) =>
        JsonBody.Parse(Encoding.UTF8.GetBytes(body), root => ChatCompletionDecoder.Read(root, default(RequestId)));
}
