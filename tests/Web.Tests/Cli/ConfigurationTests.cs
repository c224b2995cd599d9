using MlxActors.Golden;
using MlxActors.Web.Cli.Configuration;

namespace MlxActors.Web.Tests.Cli;

/// <summary>The reference of settings, and that the committed one is of these settings.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private readonly TestDesk _desk = new();

    public static TheoryData<string> HoconFiles =>
        [.. Directory.EnumerateFiles(Path.Combine(Goldens.Repository, "hocon"), "*.conf").Select(path => Path.GetFileName(path)!)];

    public void Dispose() => _desk.Dispose();

    [Fact]
    public async Task Reference_InDocs_IsOfTheseSettings()
    {
        var committed = await File.ReadAllTextAsync(Path.Combine(Goldens.Repository, "docs", "configuration.md"));

        var (exitCode, written, _) = await _desk.RunAsync("config --markdown");

        Assert.Equal(0, exitCode);
        Assert.True(
            committed == written, "docs/configuration.md is not of these settings: ./run.sh config --markdown > docs/configuration.md");
    }

    [Fact]
    public async Task Config_WritesAFileThatTheServerTakes()
    {
        var file = Path.Combine(_desk.Home, "my.conf");
        await File.WriteAllTextAsync(file, (await _desk.RunAsync("config")).Out);

        var (exitCode, output, _) = await _desk.RunAsync($"list --config {file}");

        Assert.Equal(0, exitCode);
        Assert.Contains("demo", output);
    }

    [Theory]
    [MemberData(nameof(HoconFiles))]
    public void Setting_HasAComment(string file) => Assert.All(
        SettingsReader.Read(File.ReadLines(Path.Combine(Goldens.Repository, "hocon", file))),
        section => Assert.All(section.Groups, group => Assert.NotEmpty(group.Comment + section.Comment)));

    [Fact]
    public void Reader_KeepsSettingsWithTheirComments()
    {
        var sections = SettingsReader.Read(
            """
            # About the file, and about no setting.

            a {
              # One,
              # in two lines.
              first = 1
              second = "x"

              # A list.
              third = [
                1, 2
              ]

              # Inner.
              b {
                # To be filled.
                names {
                }
              }

              # After it.
              c.fourth = off
            }
            """.Split('\n'));

        Assert.Equal(
            [
                "a||One, in two lines.|first=1,second=\"x\"",
                "a||A list.|third=[ 1, 2 ]",
                "a||After it.|c.fourth=off",
                "a.b|Inner.|To be filled.|names={}",
            ],
            from section in sections
            from @group in section.Groups
            let settings = string.Join(',', @group.Settings.Select(setting => $"{setting.Key}={setting.Default}"))
            select $"{section.Path}|{section.Comment}|{@group.Comment}|{settings}");
    }

    [Theory]
    [InlineData("a = 1")]
    [InlineData("}")]
    [InlineData("a { b = 1 }")]
    public void Reader_RefusesWhatItDoesNotRead(string line) => Assert.Throws<FormatException>(() => SettingsReader.Read([line]));
}
