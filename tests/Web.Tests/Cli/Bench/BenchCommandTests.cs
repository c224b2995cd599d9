using System.Text.Json;
using System.Text.RegularExpressions;

namespace MlxActors.Web.Tests.Cli.Bench;

/// <summary><c>bench</c> on the demo model, as a user runs it: small, and so without any word on how fast it is.</summary>
public sealed partial class BenchCommandTests : IDisposable
{
    private const string Small = "--prompt 16 --generate 3 --threads 1 --repetitions 1";

    private readonly TestDesk _desk = new();

    public void Dispose() => _desk.Dispose();

    [Fact]
    public async Task Bench_WritesATable_ARowForEachTest()
    {
        var (exitCode, output, error) = await _desk.RunAsync(
            "bench --model demo --prompt 16,300 --generate 3 --depth 0,20 --batch 1,2 --threads 1 --repetitions 2 --mode exact");

        Assert.Equal(0, exitCode);
        Assert.Matches(@"(?m)^This machine, with 1 thread: reads [\d.]+ GB/s", output);
        Assert.Contains("mean ± standard deviation of 2 runs", output);
        var rows = Rows().Matches(output);
        Assert.Equal(
            ["pp16", "pp300", "tg3", "tg3 b2", "pp16@d20", "pp300@d20", "tg3@d20", "tg3@d20 b2"],
            rows.Select(row => row.Groups["test"].Value));
        Assert.All(rows, row => Assert.True(Number(row, "rate") > 0 && Number(row, "reached") > 0, row.Value));
        Assert.Equal(8, error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Bench_AsJson_HasWhatTheTableHas()
    {
        using var json = JsonDocument.Parse((await _desk.RunAsync($"bench --model demo {Small} --batch 2 --depth 8 --json")).Out);

        var report = json.RootElement;
        Assert.Equal("demo", report.GetProperty("model").GetString());
        Assert.Equal(1, report.GetProperty("threads").GetInt32());
        Assert.True(report.GetProperty("machine").GetProperty("read_bytes_per_second").GetDouble() > 0);
        var decode = report.GetProperty("tests").EnumerateArray().Single(test => test.GetProperty("kind").GetString() == "decode");
        Assert.Equal("tg3@d8 b2", decode.GetProperty("name").GetString());
        var rate = decode.GetProperty("tokens_per_second");
        Assert.Equal(rate.GetProperty("mean").GetDouble(), rate.GetProperty("runs").EnumerateArray().Single().GetDouble(), 6);
        Assert.Equal(0, rate.GetProperty("standard_deviation").GetDouble());
        Assert.Equal(JsonValueKind.Null, decode.GetProperty("operations").ValueKind);

        // A step of two sequences reads the weights once for both.
        Assert.InRange(decode.GetProperty("bytes_per_token").GetInt64(), 1, report.GetProperty("bytes").GetInt64());
    }

    [Fact]
    public async Task Ops_ShowEachOperation_TheLongestFirst()
    {
        using var json = JsonDocument.Parse((await _desk.RunAsync($"bench --model demo {Small} --ops --json")).Out);
        var (_, table, _) = await _desk.RunAsync($"bench --model demo {Small} --prompt 0 --ops");

        var decode = json.RootElement.GetProperty("tests")[1];
        var operations = decode.GetProperty("operations").EnumerateArray().ToArray();
        var times = operations.Select(operation => operation.GetProperty("milliseconds").GetDouble()).ToArray();
        Assert.Equal(times.OrderDescending(), times);
        Assert.InRange(operations.Sum(operation => operation.GetProperty("share").GetDouble()), 0.01, 1);

        // The head, once a token: two operations a weight.
        var head = operations.Single(operation => operation.GetProperty("shape").GetString() == "2048 × 256, 4 bits"
            && operation.GetProperty("name").GetString() == "Linear");
        Assert.Equal(3, head.GetProperty("calls").GetInt32());
        Assert.Equal(3 * 2L * 2048 * 256, head.GetProperty("operations").GetInt64());
        Assert.Matches(@"(?m)^\| Linear \| 2048 × 256, 4 bits \| 3 \| [\d.]+ \| [\d.]+ % \| [\d.]+ \| [\d.]+ \|\s*$", table);
        Assert.Matches(@"(?m)^\| between them \|", table);
    }

    [Theory]
    [InlineData("bench", 2, "Say what to measure")]
    [InlineData("bench --model demo --shape gemma3-4b", 2, "Say what to measure")]
    [InlineData("bench --shape gemma9-9b", 2, "gemma3n-e4b")]
    [InlineData("bench --model nothing", 1, "The model 'nothing' was not found")]
    [InlineData("bench --model demo --prompt many", 2, "--prompt takes a number from 0 to 1048576, not 'many'")]
    [InlineData("bench --model demo --generate 1,,2", 2, "--generate takes a number")]
    [InlineData("bench --model demo --depth -1", 2, "--depth")]
    [InlineData("bench --model demo --batch 0", 2, "--batch takes a number from 1 to 256, not '0'")]
    [InlineData("bench --model demo --repetitions 0", 2, "--repetitions takes a number from 1 to 1000, not '0'")]
    [InlineData("bench --model demo --threads 0", 2, "--threads")]
    [InlineData("bench --model demo --prompt 0 --generate 0", 2, "nothing to measure")]
    [InlineData("bench --model demo --prompt 1000000", 1, "the model's window has")]
    public async Task WhatCannotBeMeasured_IsSaidOnStandardError(string command, int expected, string words)
    {
        var (exitCode, output, error) = await _desk.RunAsync(command);

        Assert.Equal(expected, exitCode);
        Assert.Contains(words, error);
        Assert.Empty(output);
    }

    private static double Number(Match row, string group) =>
        double.Parse(row.Groups[group].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^\| demo \| [\d.]+ MB \| cpu \w+ exact \| 1 "
            + @"\| (?<test>[^|]+?) \| (?<rate>[\d.]+) ± [\d.]+ \| (?<reached>[\d.]+) G(OP|B)/s \| \d+ % \|",
        RegexOptions.Multiline)]
    private static partial Regex Rows();
}
