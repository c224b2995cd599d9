using System.Text.Json;
using Microsoft.Playwright;
using MlxActors.Generation;
using MlxActors.Golden;
using MlxActors.Web.Tests.Page.Browsing;
using MlxActors.Web.Tests.Serving;
using static Microsoft.Playwright.Assertions;

namespace MlxActors.Web.Tests.Page;

/// <summary>What the browser keeps of the conversations, and what can be done with them.</summary>
[Collection(Chromium.Collection)]
public sealed class KeepingTests(Chromium chromium)
{
    private static Script Answer => Script.Of(
        new GenerationEvent.Text("An *answer*"), new GenerationEvent.Finished(FinishReason.Stop, new Usage(5, 3)));

    [SkippableFact]
    public async Task Reload_KeepsTheConversation_ItsSettingsAndItsFiles()
    {
        var image = Goldens.PathOf("demo", "images", "demo-017-0.png");
        Skip.IfNot(File.Exists(image), "no demo images");
        await using var server = await TestServer.StartAsync(Answer);

        await chromium.VisitAsync(server, async visit =>
        {
            await visit.SetAsync(("System prompt", "Be brief."), ("Seed", "7"));
            await visit.AttachAsync(image);
            await visit.AskAsync("A question");

            await visit.Page.ReloadAsync();

            await Expect(visit.Conversations).ToHaveTextAsync(["A question"]);
            await Expect(visit.Questions).ToHaveTextAsync("A question");
            await Expect(visit.LastText).ToHaveTextAsync("An answer");
            await Expect(visit.LastFigures).ToContainTextAsync("3 tokens");
            Assert.True(await visit.Questions.GetByRole(AriaRole.Img).EvaluateAsync<bool>("image => image.decode().then(() => true)"));
            await visit.Named("Settings").ClickAsync();
            await Expect(visit.Page.GetByLabel("System prompt")).ToHaveValueAsync("Be brief.");
            await Expect(visit.Page.GetByLabel("Seed")).ToHaveValueAsync("7");
        });
    }

    [SkippableFact]
    public async Task Reload_InTheMiddleOfAnAnswer_KeepsWhatWasSavedOfIt()
    {
        const string IsSaved =
            """
            () => new Promise((resolve) => {
              indexedDB.open('mlxactors').onsuccess = ({ target: { result: database } }) => {
                database.transaction('conversations').objectStore('conversations').getAll().onsuccess = ({ target: { result } }) => {
                  database.close();
                  resolve(result[0]?.turns[1]?.text === 'Half');
                };
              };
            })
            """;
        var script = new Script();
        await using var server = await TestServer.StartAsync(script);

        await chromium.VisitAsync(server, async visit =>
        {
            await visit.SendAsync("A question");
            script.Events.Writer.TryWrite(new GenerationEvent.Text("Half"));
            await Expect(visit.LastText).ToHaveTextAsync("Half");
            await visit.Page.WaitForFunctionAsync(IsSaved);

            await visit.Page.ReloadAsync();

            await script.Cancelled;
            await Expect(visit.LastText).ToHaveTextAsync("Half");
            await Expect(visit.LastAnswer).ToContainTextAsync("Stopped.");
        });
    }

    [SkippableFact]
    public async Task Conversation_IsRenamedExportedAndDeleted()
    {
        await using var server = await TestServer.StartAsync(Answer);

        await chromium.VisitAsync(server, async visit =>
        {
            await visit.AskAsync("A question");
            await visit.Named("Rename").ClickAsync();
            await visit.Named("Name of the conversation", AriaRole.Textbox).FillAsync("Another name");
            await visit.Page.Keyboard.PressAsync("Enter");
            await Expect(visit.Conversations).ToHaveTextAsync(["Another name"]);

            var download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Named("Export as JSON").ClickAsync());
            Assert.Equal("another-name.json", download.SuggestedFilename);
            var exported = await File.ReadAllTextAsync(await download.PathAsync());
            var conversation = JsonElement.Parse(exported).GetProperty("conversations")[0];
            Assert.Equal("Another name", conversation.GetProperty("title").GetString());
            Assert.Equal(
                ["A question", "An *answer*"],
                conversation.GetProperty("turns").EnumerateArray().Select(turn => turn.GetProperty("text").GetString()));

            await visit.Named("Delete").ClickAsync();
            await visit.Page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
            await Expect(visit.Conversations).ToHaveCountAsync(0);
            await visit.Page.ReloadAsync();
            await Expect(visit.Models).ToBeEnabledAsync();
            await Expect(visit.Conversations).ToHaveCountAsync(0);
        });
    }
}
