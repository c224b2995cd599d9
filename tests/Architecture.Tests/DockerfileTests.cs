using System.Text.RegularExpressions;

namespace MlxActors.Architecture.Tests;

/// <summary>What can be said of the image without building it: that the files it names are there, and its stages.</summary>
public sealed partial class DockerfileTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "deploy", "docker");

    /// <summary>The instructions, continued lines joined, comments left out.</summary>
    private static readonly string[] Instructions =
    [
        .. Continuation().Replace(File.ReadAllText(Path.Combine(Folder, "Dockerfile")), " ").Split('\n')
            .Select(line => line.Trim())
            .Where(line => line.Length > 0 && !line.StartsWith('#')),
    ];

    /// <summary>What the build does not get to see: whole folders and files at the root.</summary>
    private static readonly string[] Ignored =
    [
        .. File.ReadLines(Path.Combine(Folder, "Dockerfile.dockerignore")).Where(line => line.Length > 0 && !line.StartsWith('#')),
    ];

    [Fact]
    public void Copy_FromTheRepository_FindsItsSources() => Assert.All(
        Copies().Where(copy => copy.Stage is null).SelectMany(copy => copy.Sources),
        source => Assert.True(Path.Exists(Path.Combine(Repository.Root, source)) && !Ignored.Contains(source), source));

    [Fact]
    public void Copy_FromAStage_NamesAnEarlierOne()
    {
        var stages = new List<string>();
        foreach (var instruction in Instructions)
        {
            if (Stage().Match(instruction) is { Success: true } stage)
            {
                stages.Add(stage.Groups["name"].Value);
            }
            else if (CopyOf(instruction) is { Stage: { } from })
            {
                Assert.Contains(from, stages);
            }
        }
        Assert.Contains("build", stages);
        Assert.Contains(Copies(), copy => copy.Stage == "build");
    }

    [Fact]
    public void Build_MovesWhatTheLastStageCopies()
    {
        var made = Assert.Single(Copies(), copy => copy.Stage == "build");

        Assert.All(made.Sources, source => Assert.Contains(
            Instructions,
            line => line.StartsWith("RUN ", StringComparison.Ordinal) && Regex.IsMatch(line, $@"\bmv \S+ {Regex.Escape(source)}(\s|$)")));
    }

    // What the program and its publishing read; what of it is a pattern, the Dockerfile's own.
    [Theory]
    [InlineData("src/Web/MlxActors.Web.csproj")]
    [InlineData("hocon/application.conf")]
    [InlineData("models/demo/config.json")]
    [InlineData("standins")]
    [InlineData("eng/packages.sh")]
    [InlineData("deploy/publish.sh")]
    [InlineData("README.md")]
    [InlineData("Directory.Packages.props")]
    public void WhatPublishingNeeds_IsThere_AndNotKeptFromTheBuild(string needed)
    {
        Assert.True(Path.Exists(Path.Combine(Repository.Root, needed)), needed);
        Assert.DoesNotContain(Ignored, ignored => needed == ignored || needed.StartsWith(ignored + "/", StringComparison.Ordinal));
    }

    [Fact]
    public void Image_RunsAsAnotherUserThanRoot_AndIsAskedForItsHealth()
    {
        Assert.Equal("USER $APP_UID", Instructions.Last(line => line.StartsWith("USER ", StringComparison.Ordinal)));
        Assert.Contains(
            Instructions,
            line => line.StartsWith("HEALTHCHECK ", StringComparison.Ordinal) && line.Contains("/health\"", StringComparison.Ordinal));
    }

    private static IEnumerable<Copy> Copies() => Instructions.Select(CopyOf).OfType<Copy>();

    private static Copy? CopyOf(string instruction)
    {
        if (!instruction.StartsWith("COPY ", StringComparison.Ordinal))
        {
            return null;
        }
        var words = instruction.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
        var from = words.FirstOrDefault(word => word.StartsWith("--from=", StringComparison.Ordinal));
        return new Copy(from?["--from=".Length..], [.. words.Where(word => !word.StartsWith("--", StringComparison.Ordinal)).SkipLast(1)]);
    }

    [GeneratedRegex(@"\\\n")]
    private static partial Regex Continuation();

    [GeneratedRegex(@"^FROM .+ AS (?<name>\S+)$")]
    private static partial Regex Stage();

    private sealed record Copy(string? Stage, IReadOnlyList<string> Sources);
}
