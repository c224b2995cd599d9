using Microsoft.Playwright;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Page.Browsing;

/// <summary>
/// One headless Chromium for all tests of the page: <c>MLXACTORS_CHROMIUM</c>, or the one that the machine has. Without one, the tests
/// skip, visibly.
/// </summary>
[CollectionDefinition(Collection)]
public sealed class Chromium : IAsyncLifetime, ICollectionFixture<Chromium>
{
    public const string Collection = "chromium";

    // Generous: it bounds how long a failure takes, on a machine that has other things to do, and nothing else.
    private const float Patience = 60_000;

    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (Find() is { } executable)
        {
            Assertions.SetDefaultExpectTimeout(Patience);
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = executable, Timeout = Patience });
        }
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
        _playwright?.Dispose();
    }

    /// <summary>Opens the page of a server as a new user would, waits until it knows the models, and lets the visit happen.</summary>
    /// <param name="failures">How many answers with an error status the visit expects; the browser writes each to its console.</param>
    /// <param name="isOpen">Whether the server lets a new user see the models.</param>
    internal async Task VisitAsync(TestServer server, Func<Visit, Task> happens, int failures = 0, bool isOpen = true)
    {
        Skip.If(_browser is null, $"no Chromium: none of {string.Join(", ", Names)} is on the PATH, and MLXACTORS_CHROMIUM names none");
        await using var context = await _browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = 1100, Height = 760 },
            ColorScheme = ColorScheme.Light,
            AcceptDownloads = true,
        });
        context.SetDefaultTimeout(Patience);
        var visit = new Visit(await context.NewPageAsync(), server.Address);
        await visit.OpenAsync(isOpen);
        await happens(visit);
        visit.AssertQuiet(failures);
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("MLXACTORS_CHROMIUM") is { Length: > 0 } named)
        {
            return named;
        }
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return Names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }
}
