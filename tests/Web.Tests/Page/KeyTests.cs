using MlxActors.Generation;
using MlxActors.Web.Tests.Page.Browsing;
using MlxActors.Web.Tests.Serving;
using static Microsoft.Playwright.Assertions;

namespace MlxActors.Web.Tests.Page;

/// <summary>The page of a server that wants a key: it loads without one, and asks for it.</summary>
[Collection(Chromium.Collection)]
public sealed class KeyTests(Chromium chromium)
{
    private const string Wanted = "The server wants an API key";

    [SkippableFact]
    public async Task Key_IsAskedFor_Sent_AndKept()
    {
        await using var server = await TestServer.StartAsync(
            Script.Of(new GenerationEvent.Text("Yes"), new GenerationEvent.Finished(FinishReason.Stop, new Usage(5, 1))),
            "mlxactors.http.api-keys = [secret]");

        await chromium.VisitAsync(
            server,
            async visit =>
            {
                var notice = visit.Page.Locator("#notice");
                await Expect(notice).ToContainTextAsync(Wanted);
                await visit.SetAsync(("API key", "wrong"));
                await Expect(notice).ToContainTextAsync(Wanted);

                await visit.SetAsync(("API key", "secret"));
                await Expect(visit.Models).ToBeEnabledAsync();
                await Expect(notice).ToBeHiddenAsync();
                await visit.Page.ReloadAsync();
                await Expect(visit.Models).ToBeEnabledAsync();
                await visit.AskAsync("Hello");
                await Expect(visit.LastText).ToHaveTextAsync("Yes");
            },
            failures: 2,
            isOpen: false);
    }

    [SkippableFact]
    public async Task Key_ThatNoLongerHolds_IsSaidWithTheAnswer()
    {
        await using var server = await TestServer.StartAsync(new Script());

        await chromium.VisitAsync(
            server,
            async visit =>
            {
                await visit.Page.RouteAsync("**" + Chat.Path, route => route.FulfillAsync(new()
                {
                    Status = 401,
                    ContentType = "application/json",
                    Body = """{"error":{"message":"Incorrect API key provided.","code":"invalid_api_key"}}""",
                }));
                await visit.SendAsync("Hello");

                await Expect(visit.LastAnswer).ToContainTextAsync(Wanted);
            },
            failures: 1);
    }
}
