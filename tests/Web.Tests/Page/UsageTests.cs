using Microsoft.Playwright;
using MlxActors.Web.Tests.Page.Browsing;
using MlxActors.Web.Tests.Serving;
using static Microsoft.Playwright.Assertions;

namespace MlxActors.Web.Tests.Page;

/// <summary>What the page makes of the figures beside an answer: summaries and cached tokens. The answers are written here, not the server's.</summary>
[Collection(Chromium.Collection)]
public sealed class UsageTests(Chromium chromium)
{
    [SkippableFact]
    public async Task Summary_IsShownWithTheAnswerAndTheMeter()
    {
        const string Usage =
            """{"prompt_tokens":1900,"completion_tokens":1,"total_tokens":1901,"summarized_messages":6,"summary_tokens":120}""";
        await using var server = await TestServer.StartAsync(new Script());

        await chromium.VisitAsync(server, async visit =>
        {
            await AnswerAsync(visit, Stream(Usage));
            await visit.AskAsync("Hello");

            await Expect(visit.LastAnswer).ToContainTextAsync("a summary stood in for 6 earlier messages");
            await Expect(Meter(visit)).ToContainTextAsync("1,901 / 2,048 Σ");
            await Expect(Meter(visit)).ToHaveAttributeAsync(
                "aria-valuetext", "1901 of the context window's 2048 tokens, 6 messages summarised in 120 tokens");
            await visit.PictureAsync("summary");
        });
    }

    [SkippableFact]
    public async Task Summary_NamedInTheHead_IsShown_ThoughTheFiguresNeverCome()
    {
        await using var server = await TestServer.StartAsync(new Script());

        await chromium.VisitAsync(server, async visit =>
        {
            await AnswerAsync(
                visit, Stream(usage: null), new Dictionary<string, string> { ["x-context-summarized"] = "2" });
            await visit.SendAsync("Hello");

            await Expect(visit.LastText).ToHaveTextAsync("One");
            await Expect(visit.LastAnswer).ToContainTextAsync("a summary stood in for 2 earlier messages");
        });
    }

    [SkippableFact]
    public async Task CachedTokens_AreShown_WhenThereAreAny()
    {
        await using var server = await TestServer.StartAsync(new Script());

        await chromium.VisitAsync(server, async visit =>
        {
            await AnswerAsync(
                visit,
                Stream("""{"prompt_tokens":40,"completion_tokens":1,"total_tokens":41,"prompt_tokens_details":{"cached_tokens":0}}"""));
            await visit.AskAsync("Hello");
            await Expect(visit.LastFigures).Not.ToContainTextAsync("cache");

            await visit.Page.UnrouteAllAsync();
            await AnswerAsync(
                visit,
                Stream("""{"prompt_tokens":80,"completion_tokens":1,"total_tokens":81,"prompt_tokens_details":{"cached_tokens":64}}"""));
            await visit.AskAsync("And then?");
            await Expect(visit.LastFigures).ToContainTextAsync("64 of 80 prompt tokens from the cache");
        });
    }

    private static ILocator Meter(Visit visit) => visit.Named("Context window", AriaRole.Meter);

    private static Task AnswerAsync(Visit visit, string stream, IReadOnlyDictionary<string, string>? headers = null) =>
        visit.Page.RouteAsync("**" + Chat.Path, route => route.FulfillAsync(new()
        {
            ContentType = "text/event-stream",
            Headers = headers,
            Body = stream,
        }));

    private static string Stream(string? usage) => string.Concat(
        ": summarizing\n\n",
        """data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"One"},"finish_reason":null}]}""" + "\n\n",
        usage is null ? "" : $$"""data: {"choices":[],"usage":{{usage}}}""" + "\n\n",
        "data: [DONE]\n\n");
}
