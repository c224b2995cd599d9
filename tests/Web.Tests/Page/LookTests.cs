using Microsoft.Playwright;
using MlxActors.Generation;
using MlxActors.Web.Tests.Page.Browsing;
using MlxActors.Web.Tests.Serving;
using static Microsoft.Playwright.Assertions;

namespace MlxActors.Web.Tests.Page;

/// <summary>The page in both colours and on a phone, with pictures of each; by keyboard, and as a screen reader has it.</summary>
[Collection(Chromium.Collection)]
public sealed class LookTests(Chromium chromium)
{
    private const string Text =
        """
        A **table**, a list and some `code`:

        | model | window |
        |---|--:|
        | demo | 2,048 |
        | demo-qwen | 4,096 |

        1. Start the server.
        2. Ask it:

        ```sh
        curl http://127.0.0.1:1234/v1/chat/completions -d '{"model": "demo", "messages": [{"role": "user", "content": "Hello"}]}'
        ```
        """;

    private static Script Answer => Script.Of(
        new GenerationEvent.Text(Text), new GenerationEvent.Finished(FinishReason.Stop, new Usage(400, 120)));

    [SkippableFact]
    public async Task Colours_FollowTheSystem_AndTheSwitchAboveIt()
    {
        await using var server = await TestServer.StartAsync(Answer);

        await chromium.VisitAsync(server, async visit =>
        {
            await visit.AskAsync("How do I begin?");
            var light = await GroundAsync();
            await visit.PictureAsync("light");

            await visit.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
            var dark = await GroundAsync();
            await visit.PictureAsync("dark");
            await visit.Named("Colours", AriaRole.Combobox).SelectOptionAsync("Light");
            Assert.Equal(light, await GroundAsync());
            await visit.Page.ReloadAsync();

            Assert.NotEqual(light, dark);
            Assert.Equal(light, await GroundAsync());

            Task<string> GroundAsync() => visit.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        });
    }

    [SkippableFact]
    public async Task Phone_OfTheNarrowestKind_HasEverythingWithinItsWidth()
    {
        await using var server = await TestServer.StartAsync(Answer);

        await chromium.VisitAsync(server, async visit =>
        {
            await visit.Page.SetViewportSizeAsync(360, 640);
            await visit.AskAsync("How do I begin, and what comes after that?");
            await visit.PictureAsync("narrow");

            Assert.Equal(360, await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
            await Expect(visit.Named("Send")).ToBeInViewportAsync(new() { Ratio = 1 });
            await Expect(visit.Named("Settings")).ToBeInViewportAsync(new() { Ratio = 1 });
            await Expect(visit.Named("New chat")).ToBeHiddenAsync();
            await visit.Named("Conversations").ClickAsync();
            await Expect(visit.Named("New chat")).ToBeFocusedAsync();
            await Expect(visit.Named("Delete")).ToBeInViewportAsync(new() { Ratio = 1 });
            await visit.PictureAsync("narrow-conversations");
            await visit.Page.Keyboard.PressAsync("Escape");
            await Expect(visit.Named("New chat")).ToBeHiddenAsync();
            await Expect(visit.Named("Conversations")).ToBeFocusedAsync();
        });
    }

    [SkippableFact]
    public async Task Settings_AreReachedAndLeftByKeyboard_AndFitAPhone()
    {
        await using var server = await TestServer.StartAsync(Answer);

        await chromium.VisitAsync(server, async visit =>
        {
            await visit.Page.SetViewportSizeAsync(360, 640);
            await visit.Named("Settings").FocusAsync();
            await visit.Page.Keyboard.PressAsync("Enter");
            await Expect(visit.Page.GetByLabel("System prompt")).ToBeFocusedAsync();
            await visit.PictureAsync("narrow-settings");
            Assert.Equal(360, await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
            for (var presses = 0; presses < 20 && !await IsFocusedAsync("Save"); presses++)
            {
                await visit.Page.Keyboard.PressAsync("Tab");
            }
            Assert.True(await IsFocusedAsync("Save"));
            await Expect(visit.Named("Save")).ToBeInViewportAsync(new() { Ratio = 1 });

            await visit.Page.Keyboard.PressAsync("Escape");

            await Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
            await Expect(visit.Named("Settings")).ToBeFocusedAsync();

            Task<bool> IsFocusedAsync(string text) =>
                visit.Page.EvaluateAsync<bool>("text => document.activeElement.textContent.trim() === text", text);
        });
    }

    [SkippableFact]
    public async Task Keyboard_WritesLines_Sends_AndReachesEveryControl()
    {
        var script = Answer;
        await using var server = await TestServer.StartAsync(script);

        await chromium.VisitAsync(server, async visit =>
        {
            await Expect(visit.Prompt).ToBeFocusedAsync();
            await visit.Page.Keyboard.TypeAsync("One");
            await visit.Page.Keyboard.PressAsync("Shift+Enter");
            await visit.Page.Keyboard.TypeAsync("two");
            await visit.Page.Keyboard.PressAsync("Enter");
            await Expect(visit.Questions).ToHaveTextAsync("One\ntwo");
            await Expect(visit.LastFigures).ToContainTextAsync("token");

            var nameless = await visit.Page.EvaluateAsync<string[]>(
                """
                [...document.querySelectorAll('button, input, select, textarea, a')]
                  .filter((control) => control.checkVisibility())
                  .filter((control) => !(control.ariaLabel || control.textContent.trim() || control.labels?.length))
                  .map((control) => control.outerHTML)
                """);
            var reached = new HashSet<string>();
            for (var presses = 0; presses < 40; presses++)
            {
                await visit.Page.Keyboard.PressAsync("Tab");
                reached.Add(await visit.Page.EvaluateAsync<string>(
                    "document.activeElement.ariaLabel ?? document.activeElement.textContent.trim()"));
            }

            Assert.Empty(nameless);
            Assert.Superset(
                new HashSet<string>
                {
                    "New chat", "Rename", "Delete", "Export all", "Settings", "Copy answer", "Try again", "Message",
                },
                reached);
        });
    }
}
