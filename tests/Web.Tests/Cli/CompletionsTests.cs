using System.Diagnostics;

namespace MlxActors.Web.Tests.Cli;

/// <summary>What comes next on a command line, as the program says it, and as bash hears it.</summary>
public sealed class CompletionsTests : IDisposable
{
    private readonly TestDesk _desk = new();

    public void Dispose() => _desk.Dispose();

    [Theory]
    [InlineData("ser", "serve")]
    [InlineData("doc", "doctor")]
    [InlineData("pull --ref", "--refresh")]
    [InlineData("--po", "--port")]
    [InlineData("--mode ", "exact")]
    [InlineData("pull ge", "gemma")]
    [InlineData("serve qw", "qwen")]
    [InlineData("show demo-", "demo-qwen")]
    [InlineData("completions ", "fish")]
    public async Task Suggestion_IsAmongTheProgramsOwn(string line, string expected)
    {
        var (exitCode, output, error) = await _desk.RunAsync([$"[suggest:{line.Length}]", line]);

        Assert.Equal(0, exitCode);
        Assert.Contains(expected, output.Split(Environment.NewLine));
        Assert.Empty(error);
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _mlxactors mlxactors")]
    [InlineData("zsh", "#compdef mlxactors")]
    [InlineData("fish", "complete --command mlxactors")]
    public async Task Script_IsWritten_ForEachShell(string shell, string words)
    {
        var (exitCode, output, _) = await _desk.RunAsync($"completions {shell}");

        Assert.Equal(0, exitCode);
        Assert.Contains(words, output);
    }

    [Fact]
    public async Task Script_OfAnotherShell_IsAnError() => Assert.Equal(2, (await _desk.RunAsync("completions tcsh")).ExitCode);

    [SkippableTheory]
    [InlineData("mlxactors do", "doctor")]
    [InlineData("mlxactors serve --mo", "--mode --model")]
    [InlineData("mlxactors show demo-", "demo-qwen")]
    [InlineData("mlxactors doctor --nothing", "")]
    public async Task Bash_CompletesByTheScript(string line, string expected)
    {
        Skip.IfNot(File.Exists("/bin/bash"), "no bash");
        var script = (await _desk.RunAsync("completions bash")).Out;
        var program = Path.Combine(AppContext.BaseDirectory, "mlxactors.dll");

        // What bash does when Tab is pressed: it sets these variables and calls the function that was registered.
        var completed = await BashAsync($$"""
            {{script}}
            mlxactors() { dotnet '{{program}}' "$@"; }
            COMP_LINE='{{line}}' COMP_POINT={{line.Length}} COMP_WORDS=({{line}}) COMP_CWORD={{line.Split(' ').Length - 1}}
            registered=$(complete -p mlxactors)
            function=${registered##*-F }
            "${function%% *}" mlxactors
            echo "${COMPREPLY[@]}"
            """);

        Assert.Equal(expected, string.Join(' ', completed.Trim().Split(' ').Order(StringComparer.Ordinal)));
    }

    private static async Task<string> BashAsync(string commands)
    {
        using var bash = Process.Start(new ProcessStartInfo("/bin/bash", ["--norc", "-c", commands]) { RedirectStandardOutput = true })!;
        var output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        return output;
    }
}
