using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Generation;
using MlxActors.Http.Errors;
using MlxActors.Native.Results;
using MlxActors.Web.OpenAi.Parsing;

namespace MlxActors.Web.Tests.OpenAi;

/// <summary>No body makes the decoder throw.</summary>
public sealed class DecoderPropertyTests
{
    private const string Rich =
        """
        {"model":"demo","messages":[{"role":"system","content":"a"},{"role":"user","name":"n","content":[{"type":"text","text":"b"},
        {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}},
        {"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}},{"type":"video_url","video_url":"http://a.example/b.mp4"},
        {"type":"file","file":{"file_data":"data:audio/wav;base64,AAAA","filename":"a.wav"}}]},{"role":"assistant","content":null,
        "tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"c","content":"5"}],
        "temperature":0.5,"top_p":1,"top_k":4,"min_p":0,"seed":7,"max_tokens":4,"stop":["a"],"stream":true,
        "stream_options":{"include_usage":true},
        "n":1,"logit_bias":{"5":0},"logprobs":false,
        "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"properties":{"a":{"enum":[1]}}}}}],
        "tool_choice":"auto","parallel_tool_calls":true,
        "response_format":{"type":"text"},"metadata":{},"user":"u"}
        """;

    private static readonly string[] Values =
        ["null", "true", "-1", "1e999", "\"\"", "\"\\ud800\"", "[]", "{}", "[null]", "[{}]", "{\"type\":7}", "99999999999"];

    [Fact]
    public void Read_OfTheRichRequest_Succeeds() =>
        Assert.IsType<Result<ChatCompletionCall, ApiError>.Ok>(Read(Encoding.UTF8.GetBytes(Rich)));

    [Theory]
    [InlineData("description", "\"\\ud800\"")]
    [InlineData("parameters", """{"title":"\ud800"}""")]
    [InlineData("x", """[{"\udc00":1}]""")]
    public void Read_OfAToolWithHalfASurrogatePair_NamesTheTool(string field, string value)
    {
        const string Body =
            """{"model":"demo","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f","X":Y}}]}""";
        var body = Body.Replace("X", field).Replace("Y", value);

        Assert.Equal(400, Read(Encoding.UTF8.GetBytes(body)).Match(_ => 200, error => error.Status));
    }

    [Property(MaxTest = 300)]
    public Property Read_OfAnyBytes_IsAValueOrAnError() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => Read(bytes) is not null);

    [Property(MaxTest = 1000)]
    public Property Read_WithAnyValueReplaced_IsAValueOrAnErrorThatNamesAField() =>
        Prop.ForAll(
            Gen.Choose(0, Rich.Length - 1).SelectMany(at => Gen.Elements(Values).Select(value => Replace(at, value))).ToArbitrary(),
            body => Read(Encoding.UTF8.GetBytes(body)).Match(_ => true, error => error.Status == 400 && error.Message.Length > 0));

    // Puts another value where the next one begins: after a colon, an opening bracket or a comma.
    private static string Replace(int at, string value)
    {
        var start = Rich.IndexOfAny([':', '[', ','], at);
        var end = start < 0 ? -1 : Rich.IndexOfAny([',', '}', ']'], start + 1);
        return end < 0 ? Rich[..at] : $"{Rich[..(start + 1)]}{value}{Rich[end..]}";
    }

    private static Result<ChatCompletionCall, ApiError> Read(byte[] body) =>
        JsonBody.Parse(body, root => ChatCompletionDecoder.Read(root, default(RequestId)));
}
