using System.Diagnostics;
using System.Runtime.InteropServices;
using MlxActors.Golden;

namespace MlxActors.Web.Tests.Page;

/// <summary>The unit tests of the page's modules, in <c>Units</c>, run by the Node that Playwright brings along.</summary>
public sealed class PageUnitTests
{
    private static readonly string Units = Path.Combine(Goldens.Repository, "tests", "Web.Tests", "Page", "Units");

    private static readonly string Node = Path.Combine(
        AppContext.BaseDirectory, ".playwright", "node", Platform, OperatingSystem.IsWindows() ? "node.exe" : "node");

    public static TheoryData<string> Files =>
        [.. new DirectoryInfo(Units).EnumerateFiles("*.test.js").Select(file => file.Name)];

    private static string Platform =>
        (OperatingSystem.IsMacOS() ? "darwin-" : OperatingSystem.IsWindows() ? "win32_" : "linux-")
        + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public async Task Module_PassesItsTests(string file)
    {
        Skip.IfNot(File.Exists(Node), $"Playwright has no Node for {Platform}");
        var start = new ProcessStartInfo(Node, ["--test", "--test-reporter=spec", Path.Combine(Units, file)])
        {
            RedirectStandardOutput = true,
        };

        using var process = Process.Start(start)!;
        var report = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, report);
    }
}
