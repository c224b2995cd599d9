using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MlxActors.Golden;
using MlxActors.Models.Media;
using MlxActors.Models.Media.Ffmpeg;
using MlxActors.Native.Results;
using MlxActors.Web.Tests.Media;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.OpenAi;

/// <summary>Requests with media to the demo models, through HTTP. The pictures are those of the demo conversations.</summary>
[Collection(MediaServer.Collection)]
public sealed class MediaRequestTests(MediaServer server)
{
    private const string Background = "What color is the background?";

    [SkippableFact]
    public async Task Images_InOneMessage_AreSeenInOrder()
    {
        var answer = await AskAsync("demo", User(Inline("demo-017-0.png"), Inline("demo-017-1.png"), Text("Describe the images.")));

        Assert.Equal("The first image shows a pink square, the second a purple square.", Chat.ContentOf(answer));
    }

    [SkippableFact]
    public async Task Images_OverSeveralMessages_AreEachSeenInTheirs()
    {
        JsonObject[] conversation =
        [
            User(Text(Background), Inline("demo-055-1.png")), Assistant("The background is gray."),
            User(Text(Background), Inline("demo-067-1.png")),
        ];

        Assert.Equal("The background is black.", Chat.ContentOf(await AskAsync("demo", conversation)));
    }

    [SkippableFact]
    public async Task Images_ByUrl_GiveTheAnswerOfTheirDataUris()
    {
        await using var host = new FileHost();
        host.AnswerRedirect("/first", host.AnswerFile("/first.png", Picture("demo-017-0.png")).AbsoluteUri);
        host.AnswerFile("/second", Picture("demo-017-1.png"));

        var inline = await AskAsync("demo", User(Inline("demo-017-0.png"), Inline("demo-017-1.png"), Text("Describe the images.")));
        var fetched = await AskAsync(
            "demo", User(Image(host.Url("/first").AbsoluteUri), Image(host.Url("/second").AbsoluteUri), Text("Describe the images.")));

        Assert.Equal(Chat.ContentOf(inline), Chat.ContentOf(fetched));
        Assert.Equal(
            inline.GetProperty("usage").GetProperty("total_tokens").GetInt32(), fetched.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [SkippableFact]
    public async Task Image_WhoseTypeIsDeclaredWrong_IsSeenByItsBytes()
    {
        var image = Image($"data:audio/mpeg;base64,{Convert.ToBase64String(Picture("demo-067-1.png"))}");

        Assert.Equal("The background is black.", Chat.ContentOf(await AskAsync("demo", User(Text(Background), image))));
    }

    [SkippableFact]
    public async Task Image_InAFormatOfFfmpegs_GivesTheAnswerOfItsPixels()
    {
        var found = await FfmpegVersion.FindAsync(FfmpegSettings.Default, CancellationToken.None);
        Skip.If(found is Result<string, string>.Error, "no ffmpeg on this machine");
        var image = Image($"data:image/x-portable-pixmap;base64,{Convert.ToBase64String(AsPixmap(Picture("demo-078-1.png")))}");

        var expected = await AskAsync("demo", User(Inline("demo-078-1.png"), Text("What do you see?")));
        var answer = await AskAsync("demo", User(image, Text("What do you see?")));

        Assert.Equal(Chat.ContentOf(expected), Chat.ContentOf(answer));
        Assert.Contains("triangle", Chat.ContentOf(answer));
    }

    [SkippableFact]
    public async Task Image_InAFormatOfFfmpegs_WithoutOne_IsAnErrorThatSaysWhatToInstall()
    {
        var image = Image($"data:image/png;base64,{Convert.ToBase64String(AsPixmap(Picture("demo-078-1.png")))}");
        await using var bare = await TestServer.StartAsync(TestServer.Plan("mlxactors.media.ffmpeg.path = off"));

        using var response = await Chat.PostAsync(bare.Http, Body("demo", User(image)));

        var error = (await Chat.JsonAsync(response)).GetProperty("error");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("messages[0].content[0].image_url", error.GetProperty("param").GetString());
        Assert.Contains("install ffmpeg", error.GetProperty("message").GetString());
    }

    [SkippableFact]
    public async Task Models_ThatAreSwapped_EachSeeTheirImage()
    {
        var (black, gray) = (Inline("demo-067-1.png"), Inline("demo-qwen-039-1.png"));

        Assert.Equal("The background is black.", Chat.ContentOf(await AskAsync("demo", User(Text(Background), black))));
        Assert.Equal(
            "The background is gray.", Chat.ContentOf(await AskAsync("demo-qwen", User(Text("What is the background color?"), gray))));
        Assert.Equal("The background is black.", Chat.ContentOf(await AskAsync("demo", User(Text(Background), black.DeepClone()))));
    }

    [Theory]
    [InlineData("/missing.png", "404")]
    [InlineData("/text.png", "malformed|unsupported|unknown|no known")]
    public async Task Url_ThatLeadsToNoImage_IsAnErrorOfItsField(string path, string said)
    {
        await using var host = new FileHost();
        host.Answer("/missing.png", "HTTP/1.1 404 Not Found\nContent-Length: 0");
        host.AnswerFile("/text.png", "just text"u8.ToArray());

        var error = await RefusedAsync("demo", User(Text(Background), Image(host.Url(path).AbsoluteUri)));

        Assert.Equal("messages[0].content[1].image_url", error.GetProperty("param").GetString());
        Assert.Matches(said, error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Urls_InTooGreatNumber_AreRefusedAtTheFirstTooMany()
    {
        var error = await RefusedAsync("demo", User([.. Enumerable.Range(0, 33).Select(_ => Image("http://127.0.0.1:9/a.png"))]));

        Assert.Equal("messages[0].content[32].image_url", error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Url_OnAServerThatFetchesNone_IsRefused()
    {
        await using var closed = await TestServer.StartAsync(TestServer.Plan("mlxactors.media.fetch.enabled = off"));

        using var response = await Chat.PostAsync(closed.Http, Body("demo", User(Image("http://127.0.0.1:9/a.png"))));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("fetches no URLs", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Client_ThatGoesAwayDuringAFetch_EndsIt()
    {
        var (asked, left) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var host = new FileHost();
        var url = host.Answer("/slow.png", async connection =>
        {
            asked.SetResult();
            await connection.CopyToAsync(Stream.Null);
            left.SetResult();
        });
        using var cancellation = new CancellationTokenSource();

        var answering = Chat.StreamAsync(server.Http, Body("demo", User(Image(url.AbsoluteUri))), cancellation.Token);
        await asked.Task;
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answering);
        await left.Task;
    }

    // Capabilities

    [Theory]
    [InlineData("input_audio", """{"data":"UklGRg==","format":"wav"}""", "audio")]
    [InlineData("audio_url", """{"url":"data:audio/wav;base64,UklGRg=="}""", "audio")]
    [InlineData("video_url", """{"url":"data:video/mp4;base64,AAAA"}""", "video")]
    [InlineData("file", """{"file_data":"data:audio/wav;base64,UklGRg=="}""", "audio")]
    public async Task Part_ThatTheModelDoesNotTake_IsRefusedByPartAndModel(string kind, string value, string medium)
    {
        var error = await RefusedAsync("demo", User(Text("What is this?"), Part(kind, JsonNode.Parse(value)!)));

        Assert.Equal($"messages[0].content[1].{kind}", error.GetProperty("param").GetString());
        Assert.Contains("'demo'", error.GetProperty("message").GetString());
        Assert.Contains(medium, error.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("image_url", """{"url":"data:image/png;base64,iVBORw0KGgo="}""")]
    [InlineData("input_audio", """{"data":"UklGRg==","format":"wav"}""")]
    [InlineData("video_url", """{"url":"data:video/mp4;base64,AAAA"}""")]
    public async Task Part_ForATextOnlyCheckpoint_IsRefusedByPartAndModel(string kind, string value)
    {
        var model = server.TextOnly;

        var error = await RefusedAsync(model, User(Part(kind, JsonNode.Parse(value)!), Text("What is this?")));

        Assert.Equal($"messages[0].content[0].{kind}", error.GetProperty("param").GetString());
        Assert.Contains($"'{model}'", error.GetProperty("message").GetString());
        Assert.Equal("3, 4, 5, 6, 7, 8, 9", Chat.ContentOf(await AskAsync(model, User(Text("Count from 3 to 9.")))));
    }

    private async Task<JsonElement> AskAsync(string model, params JsonObject[] messages)
    {
        using var response = await Chat.PostAsync(server.Http, Body(model, messages));
        var completion = await Chat.JsonAsync(response);
        Assert.True(response.IsSuccessStatusCode, completion.ToString());
        return completion;
    }

    private async Task<JsonElement> RefusedAsync(string model, params JsonObject[] messages)
    {
        using var response = await Chat.PostAsync(server.Http, Body(model, messages));
        var body = await Chat.JsonAsync(response);
        Assert.True(response.StatusCode == HttpStatusCode.BadRequest, body.ToString());
        return body.GetProperty("error");
    }

    private static JsonObject Body(string model, params JsonObject[] messages) => new()
    {
        ["model"] = model,
        ["temperature"] = 0,
        ["messages"] = new JsonArray(messages),
    };

    private static JsonObject User(params JsonNode[] parts) => new() { ["role"] = "user", ["content"] = new JsonArray(parts) };

    private static JsonObject Assistant(string text) => new() { ["role"] = "assistant", ["content"] = text };

    private static JsonObject Text(string text) => new() { ["type"] = "text", ["text"] = text };

    private static JsonObject Part(string kind, JsonNode value) => new() { ["type"] = kind, [kind] = value };

    private static JsonObject Image(string url) => Part("image_url", new JsonObject { ["url"] = url });

    private static JsonObject Inline(string name) => Image($"data:image/png;base64,{Convert.ToBase64String(Picture(name))}");

    // Which the server does not decode itself.
    private static byte[] AsPixmap(byte[] png)
    {
        var image = ImageDecoder.Decode(png, ImageLimits.Default, Transparency.Dropped)
            .Match(image => image, error => throw new InvalidDataException(error.Message));
        return [.. Encoding.ASCII.GetBytes($"P6\n{image.Width} {image.Height}\n255\n"), .. image.Rgb];
    }

    private static byte[] Picture(string name)
    {
        var file = Goldens.PathOf("demo", "images", name);
        Skip.IfNot(File.Exists(file), $"no {name} of the demo conversations");
        return File.ReadAllBytes(file);
    }
}
