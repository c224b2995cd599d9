using System.Text.Json;
using Microsoft.Playwright;
using MlxActors.Golden;
using MlxActors.Web.Tests.Page.Browsing;
using MlxActors.Web.Tests.Serving;
using static Microsoft.Playwright.Assertions;

namespace MlxActors.Web.Tests.Page;

/// <summary>The page with the demo models behind it: what the reference answered stands on the screen.</summary>
[Collection(Chromium.Collection)]
public sealed class ModelTests(Chromium chromium) : IAsyncLifetime
{
    private static readonly (string, string) Greedy = ("Temperature", "0");

    private TestServer? _server;

    private TestServer Server => _server ?? throw new InvalidOperationException("not started");

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(TestServer.Plan());

    public async Task DisposeAsync() => await Server.DisposeAsync();

    [SkippableFact]
    public Task OtherModel_IsSwappedInAndAnswers() => chromium.VisitAsync(Server, async visit =>
    {
        var reply = Case("demo-qwen", "Who are you?").GetProperty("reply").GetString()!;
        await visit.SetAsync(Greedy);
        await visit.AskAsync("Who are you?");
        await Expect(visit.LastAnswer).ToContainTextAsync("demo");

        await visit.Named("New chat").ClickAsync();
        await visit.Models.SelectOptionAsync("demo-qwen");
        await visit.AskAsync("Who are you?");

        await Expect(visit.LastText).ToHaveTextAsync(reply);
        await Expect(visit.LastAnswer.Locator(".speaker")).ToHaveTextAsync("demo-qwen");
        Assert.Contains("\"model\":\"demo-qwen\"", await Server.Http.GetStringAsync("/health"));
    });

    [SkippableFact]
    public Task Image_IsShownAndSeenByTheModel() => chromium.VisitAsync(Server, async visit =>
    {
        var (text, image, reply) = ImageCase();
        await visit.SetAsync(Greedy);

        await visit.AttachAsync(image);
        await Expect(visit.Named("Attached files", AriaRole.List)).ToContainTextAsync(Path.GetFileName(image));
        await visit.AskAsync(text);

        await Expect(visit.Questions.GetByRole(AriaRole.Img)).ToHaveAttributeAsync("alt", Path.GetFileName(image));
        await Expect(visit.LastText).ToHaveTextAsync(reply);
    });

    [SkippableFact]
    public Task File_DroppedOrPasted_IsAttachedWhenTheModelTakesIt() => chromium.VisitAsync(Server, async visit =>
    {
        const string Give =
            """
            ([event, name, type]) => {
              const files = new DataTransfer();
              files.items.add(new File(['x'], name, { type }));
              const given = event === 'drop' ? new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true })
                : new ClipboardEvent('paste', { clipboardData: files, bubbles: true, cancelable: true });
              document.getElementById('prompt').dispatchEvent(given);
            }
            """;
        var files = visit.Named("Attached files", AriaRole.List).GetByRole(AriaRole.Listitem);

        await visit.Page.EvaluateAsync(Give, new[] { "drop", "a.png", "image/png" });
        await visit.Page.EvaluateAsync(Give, new[] { "paste", "b.png", "image/png" });
        await visit.Page.EvaluateAsync(Give, new[] { "drop", "c.wav", "audio/wav" });

        await Expect(files).ToHaveTextAsync(["a.png", "b.png"]);
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("demo takes no audio.");
        await visit.Named("Remove a.png").ClickAsync();
        await Expect(files).ToHaveTextAsync(["b.png"]);
    });

    [SkippableFact]
    public Task ToolCall_IsShown_AndItsResultIsAnswered() => chromium.VisitAsync(Server, async visit =>
    {
        var (row, messages) = ToolCase();
        var name = messages[1].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("name").GetString();
        await visit.Named("Settings").ClickAsync();
        await visit.Page.GetByText("Tools", new() { Exact = true }).ClickAsync();
        await visit.Page.GetByLabel("Definitions").FillAsync(row.GetProperty("tools").GetRawText());
        await visit.Named("Save").ClickAsync();
        await visit.SetAsync(Greedy);

        await visit.AskAsync(messages[0].GetProperty("content").GetString()!);
        await Expect(visit.LastAnswer.Locator(".tool-call summary")).ToHaveTextAsync($"Calls {name}");
        await visit.Page.GetByLabel($"Result of {name}").FillAsync(messages[2].GetProperty("content").GetString()!);
        await visit.Named("Send the result").ClickAsync();

        await Expect(visit.Answers).ToHaveCountAsync(2);
        await Expect(visit.LastText).ToHaveTextAsync(row.GetProperty("reply").GetString()!);
    });

    // A question, the call it led to, and its result.
    private static (JsonElement Row, JsonElement Messages) ToolCase() => Rows("demo")
        .Select(row => (row, Messages: row.GetProperty("messages")))
        .First(row => row.Messages.GetArrayLength() == 3
            && row.Messages[1].TryGetProperty("tool_calls", out var calls)
            && calls.GetArrayLength() == 1
            && row.Messages[0].GetProperty("content").ValueKind == JsonValueKind.String);

    private static JsonElement Case(string model, string question)
    {
        return Rows(model).First(row => row.GetProperty("messages") is var messages
            && messages.GetArrayLength() == 1
            && messages[0].GetProperty("content") is { ValueKind: JsonValueKind.String } content
            && content.GetString() == question);
    }

    private static (string Text, string Image, string Reply) ImageCase()
    {
        var row = Rows("demo").First(row => row.GetProperty("messages") is var messages
            && messages.GetArrayLength() == 1
            && messages[0].GetProperty("content") is { ValueKind: JsonValueKind.Array } parts
            && parts.GetArrayLength() == 2
            && parts[1].GetProperty("type").GetString() == "text");
        var content = row.GetProperty("messages")[0].GetProperty("content");
        return (
            content[1].GetProperty("text").GetString()!,
            Goldens.PathOf("demo", content[0].GetProperty("image_url").GetProperty("url").GetString()!),
            row.GetProperty("reply").GetString()!);
    }

    private static IEnumerable<JsonElement> Rows(string model)
    {
        var file = Goldens.PathOf("demo", model + ".jsonl");
        Skip.IfNot(File.Exists(file), $"no {file}");
        return Goldens.Lines(file);
    }
}
