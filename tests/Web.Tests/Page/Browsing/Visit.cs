using System.Collections.Concurrent;
using Microsoft.Playwright;
using MlxActors.Golden;
using static Microsoft.Playwright.Assertions;

namespace MlxActors.Web.Tests.Page.Browsing;

/// <summary>A user on the page, who finds things as people do: by their roles and labels.</summary>
internal sealed class Visit
{
    private const string FailedRequest = "Failed to load resource";

    private readonly Uri _address;
    private readonly ConcurrentQueue<string> _complaints = [];
    private readonly ConcurrentQueue<string> _strangers = [];

    public Visit(IPage page, Uri address)
    {
        (Page, _address) = (page, address);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Enqueue(message.Text);
            }
        };
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: not ("blob" or "data") } target && target.Authority != address.Authority)
            {
                _strangers.Enqueue(request.Url);
            }
        };
    }

    public IPage Page { get; }

    public ILocator Prompt => Named("Message", AriaRole.Textbox);

    public ILocator Models => Named("Model", AriaRole.Combobox);

    public ILocator Answers => Page.Locator(".turn.assistant");

    public ILocator LastAnswer => Answers.Last;

    public ILocator LastText => LastAnswer.Locator(".markdown");

    public ILocator Questions => Page.Locator(".turn.user");

    /// <summary>What is there only once an answer has ended with its counts.</summary>
    public ILocator LastFigures => LastAnswer.Locator(".figures");

    public ILocator Conversations => Page.GetByRole(AriaRole.Navigation, new() { Name = "Conversations" }).GetByRole(AriaRole.Listitem);

    public async Task OpenAsync(bool seesModels)
    {
        await Page.GotoAsync(_address.ToString());
        await Expect(Models).ToBeEnabledAsync(new() { Enabled = seesModels });
    }

    public ILocator Named(string name, AriaRole role = AriaRole.Button) => Page.GetByRole(role, new() { Name = name, Exact = true });

    public async Task SendAsync(string text)
    {
        await Prompt.FillAsync(text);
        await Page.Keyboard.PressAsync("Enter");
    }

    /// <summary>Sends, and waits until the answer is there, whole.</summary>
    public async Task AskAsync(string text)
    {
        var before = await Answers.CountAsync();
        await SendAsync(text);
        await Expect(Answers).ToHaveCountAsync(before + 1);
        await Expect(LastFigures).ToContainTextAsync("token");
    }

    /// <summary>Fills in settings by their labels, and saves them.</summary>
    public async Task SetAsync(params (string Label, string Value)[] settings)
    {
        await Named("Settings").ClickAsync();
        foreach (var (label, value) in settings)
        {
            await Page.GetByLabel(label).FillAsync(value);
        }
        await Named("Save").ClickAsync();
    }

    public Task AttachAsync(string file) => Page.GetByLabel("Files", new() { Exact = true }).SetInputFilesAsync(file);

    /// <summary>Keeps a picture of the page under <c>artifacts/screenshots</c>.</summary>
    public Task PictureAsync(string name) => Page.ScreenshotAsync(new()
    {
        Path = Path.Combine(Goldens.Repository, "artifacts", "screenshots", name + ".png"),
        Animations = ScreenshotAnimations.Disabled,
    });

    /// <summary>No request went to another host, and the console has no word but of the failures expected.</summary>
    public void AssertQuiet(int failures)
    {
        Assert.Empty(_strangers);
        var byKind = _complaints.ToLookup(text => text.StartsWith(FailedRequest, StringComparison.Ordinal));
        Assert.Empty(byKind[false]);
        Assert.Equal(failures, byKind[true].Count());
    }
}
