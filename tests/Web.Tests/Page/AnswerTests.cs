using Microsoft.Playwright;
using MlxActors.Generation;
using MlxActors.Web.Tests.Page.Browsing;
using MlxActors.Web.Tests.Serving;
using static Microsoft.Playwright.Assertions;

namespace MlxActors.Web.Tests.Page;

/// <summary>What a user sees of an answer, while it comes and when it does not.</summary>
[Collection(Chromium.Collection)]
public sealed class AnswerTests(Chromium chromium)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [SkippableFact]
    public async Task Answer_IsShownAsItComes_AndEndsWithItsFigures()
    {
        var script = new Script();
        await using var server = await TestServer.StartAsync(script);

        await chromium.VisitAsync(server, async visit =>
        {
            await visit.SendAsync("Hello");
            script.Events.Writer.TryWrite(new GenerationEvent.Text("One **two"));
            await Expect(visit.LastText).ToHaveTextAsync("One **two");
            await Expect(visit.Named("Stop")).ToBeVisibleAsync();
            script.Events.Writer.TryWrite(new GenerationEvent.Text("** three"));
            script.Events.Writer.TryWrite(new GenerationEvent.Finished(FinishReason.Stop, new Usage(1000, 24)));
            script.Events.Writer.Complete();

            await Expect(visit.LastText).ToHaveTextAsync("One two three");
            await Expect(visit.LastText.Locator("strong")).ToHaveTextAsync("two");
            await Expect(visit.LastFigures).ToContainTextAsync("24 tokens · ");
            await Expect(visit.LastFigures).ToContainTextAsync("tokens/s · first after ");
            await Expect(visit.Named("Context window", AriaRole.Meter)).ToContainTextAsync("1,024 / 2,048");
            await Expect(visit.Named("Stop")).ToBeHiddenAsync();
            await Expect(visit.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync("One **two** three");
        });
    }

    [SkippableFact]
    public async Task Escape_StopsTheAnswer_OnTheServerToo_AndKeepsWhatCame()
    {
        var script = new Script();
        await using var server = await TestServer.StartAsync(script);

        await chromium.VisitAsync(server, async visit =>
        {
            await visit.SendAsync("Hello");
            script.Events.Writer.TryWrite(new GenerationEvent.Text("One"));
            await Expect(visit.LastText).ToHaveTextAsync("One");

            await visit.Page.Keyboard.PressAsync("Escape");

            await script.Cancelled;
            await Expect(visit.LastAnswer).ToContainTextAsync("Stopped.");
            await Expect(visit.LastText).ToHaveTextAsync("One");
            await Expect(visit.Named("Try again")).ToBeVisibleAsync();
        });
    }

    [SkippableFact]
    public async Task Waiting_IsShownWithItsProgress()
    {
        var script = new Script();
        await using var server = await TestServer.StartAsync(script);

        await chromium.VisitAsync(server, async visit =>
        {
            await visit.SendAsync("Hello");
            await Expect(visit.LastAnswer).ToContainTextAsync("Waiting for the first token");
            await ShowsAsync(new GenerationEvent.Queued(2), "Waiting in the queue, place 2", null);
            await ShowsAsync(new GenerationEvent.Loading(0.41), "Loading demo, 41%", "0.41");
            await ShowsAsync(new GenerationEvent.Prefilling(512, 2048), "Reading the prompt, 512 of 2048 tokens", "0.25");
            script.Events.Writer.TryWrite(new GenerationEvent.Text("One"));
            await Expect(visit.LastAnswer.GetByRole(AriaRole.Progressbar)).ToHaveCountAsync(0);

            async Task ShowsAsync(GenerationEvent progress, string text, string? value)
            {
                script.Events.Writer.TryWrite(progress);
                await Expect(visit.LastAnswer).ToContainTextAsync(text);
                Assert.Equal(value, await visit.LastAnswer.GetByRole(AriaRole.Progressbar).GetAttributeAsync("value"));
            }
        });
    }

    [SkippableFact]
    public async Task Error_IsShown_AndRetryGetsTheAnswer()
    {
        var gate = new GatedServer();
        await using var server = await gate.StartAsync();
        await GatedServer.HealthBecomesAsync(server, "\"status\":\"ok\"", "\"running\":0", "\"model\":\"demo\"");
        gate.OnForward = _ => throw new InvalidOperationException("injected");

        await chromium.VisitAsync(
            server,
            async visit =>
            {
                await visit.SendAsync("Hello");
                var error = visit.LastAnswer.GetByRole(AriaRole.Alert);
                await Expect(error).ToContainTextAsync("The engine failed");

                gate.OnForward = _ => { };
                await error.GetByRole(AriaRole.Button, new() { Name = "Retry" }).ClickAsync();

                await Expect(visit.LastFigures).ToContainTextAsync("token");
                await Expect(visit.LastText).Not.ToBeEmptyAsync();
                await Expect(error).ToHaveCountAsync(0);
                await Expect(visit.Questions).ToHaveCountAsync(1);
            },
            failures: 1);
    }

    [SkippableFact]
    public async Task Error_InTheMiddleOfAnAnswer_IsShownBelowWhatCame()
    {
        await using var server = await TestServer.StartAsync(Script.Of(
            new GenerationEvent.Text("One"), new GenerationEvent.Failed(new GenerationError.ShuttingDown())));

        await chromium.VisitAsync(server, async visit =>
        {
            await visit.SendAsync("Hello");

            await Expect(visit.LastAnswer.GetByRole(AriaRole.Alert)).ToContainTextAsync(new GenerationError.ShuttingDown().Message);
            await Expect(visit.LastText).ToHaveTextAsync("One");
        });
    }

    [SkippableFact]
    public async Task Markdown_OfAHostileAnswer_BecomesTextAndSafeLinks()
    {
        const string Hostile =
            """
            <img src=x onerror="document.title='owned'"> <script>document.title='owned'</script>
            [bad](javascript:alert(1)) [good](https://example.org/a) ![picture](https://example.org/p.png)

            ```html
            <b>code</b>
            ```
            """;
        await using var server = await TestServer.StartAsync(Script.Of(
            new GenerationEvent.Text(Hostile), new GenerationEvent.Finished(FinishReason.Stop, new Usage(5, 5))));

        await chromium.VisitAsync(server, async visit =>
        {
            await visit.AskAsync("Hello");

            await Expect(visit.LastText.Locator("img, script, b")).ToHaveCountAsync(0);
            await Expect(visit.LastText).ToContainTextAsync("<script>document.title='owned'</script>");
            await Expect(visit.LastText.GetByRole(AriaRole.Link)).ToHaveTextAsync(["good", "picture"]);
            await Expect(visit.LastText.GetByRole(AriaRole.Link).First).ToHaveAttributeAsync("rel", "noopener noreferrer nofollow");
            await Expect(visit.LastText.Locator("pre")).ToHaveTextAsync("<b>code</b>");
            await visit.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
            await visit.Named("Copy code").ClickAsync();
            await Expect(visit.Named("Copied")).ToBeVisibleAsync();
            Assert.Equal("<b>code</b>", await visit.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        });
    }

    [SkippableFact]
    public async Task EditedQuestion_TakesThePlaceOfTheLast()
    {
        var script = new Script();
        await using var server = await TestServer.StartAsync(script);

        await chromium.VisitAsync(server, async visit =>
        {
            await visit.SendAsync("Helo");
            await script.Requests.Reader.ReadAsync().AsTask().WaitAsync(Patience);
            await visit.Page.Keyboard.PressAsync("Escape");
            await Expect(visit.LastAnswer).ToContainTextAsync("Stopped.");

            await visit.Named("Edit and send again").ClickAsync();
            await Expect(visit.Prompt).ToHaveValueAsync("Helo");
            await visit.SendAsync("Hello");

            await Expect(visit.Questions).ToHaveCountAsync(1);
            await Expect(visit.Questions).ToHaveTextAsync("Hello");
            var request = await script.Requests.Reader.ReadAsync().AsTask().WaitAsync(Patience);
            Assert.Single(Assert.IsType<Models.Chat.Conversation>(request.Prompt).Messages);
        });
    }
}
