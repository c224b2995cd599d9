using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Ffmpeg;

/// <summary>Runs of ffmpeg and ffprobe over one file.</summary>
internal sealed partial class FfmpegSession(FfmpegTools tools, long maxMemory, MediaFormat format, FfmpegInput input)
{
    /// <summary>More threads decode little faster, and each keeps frames.</summary>
    private const string Threads = "4";

    public MediaFormat Format => format;

    /// <param name="inputOptions">Of the decoder.</param>
    /// <param name="outputOptions">What is written to <c>pipe:1</c>.</param>
    public Task<Result<T, MediaError>> FfmpegAsync<T>(
        IEnumerable<string> inputOptions,
        IEnumerable<string> outputOptions,
        ReadOutput<Result<T, MediaError>> read,
        CancellationToken cancellationToken) =>
        RunAsync(tools.Ffmpeg, ["-nostdin", .. Input(inputOptions), .. outputOptions, "pipe:1"], read, cancellationToken);

    public Task<Result<T, MediaError>> FfprobeAsync<T>(
        IEnumerable<string> options, ReadOutput<Result<T, MediaError>> read, CancellationToken cancellationToken) =>
        RunAsync(tools.Ffprobe, Input(options), read, cancellationToken);

    private async Task<Result<T, MediaError>> RunAsync<T>(
        string program, IEnumerable<string> arguments, ReadOutput<Result<T, MediaError>> read, CancellationToken cancellationToken)
    {
        var output = await ChildProcess.RunAsync(Command(program, arguments), input.Piped, read, cancellationToken);
        return output switch
        {
            // Refused while reading: the child was cut off, and what it says of that is no news.
            { Value: Result<T, MediaError>.Error(MediaError.TooLarge tooLarge) } => tooLarge,
            { ExitCode: not 0 } => new MediaError.Undecodable(format, Reason(output.Errors) ?? $"ffmpeg ended with code {output.ExitCode}"),
            { Value: Result<T, MediaError>.Error(MediaError.Undecodable error) } when Reason(output.Errors) is { } reason =>
                error with { Reason = $"{error.Reason} ({reason})" },
            _ => output.Value,
        };
    }

    private ProcessStartInfo Command(string program, IEnumerable<string> arguments)
    {
        string[] command = tools.Prlimit is { } prlimit
            ? [prlimit, $"--as={maxMemory.ToString(CultureInfo.InvariantCulture)}", "--core=0", "--fsize=0", program, .. arguments]
            : [program, .. arguments];
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { WorkingDirectory = input.Folder?.FullName ?? "" };
        // Would have ffmpeg write a report of each run into its folder.
        start.Environment.Remove("FFREPORT");
        return start;
    }

    private string[] Input(IEnumerable<string> options)
    {
        var demuxer = Demuxer.Of(format).Name;
        return
        [
            "-hide_banner", "-loglevel", "error", "-max_alloc", (maxMemory / 2).ToString(CultureInfo.InvariantCulture),
            "-protocol_whitelist", input.Protocol, "-format_whitelist", demuxer, "-threads", Threads,
            .. options, "-f", demuxer, "-i", input.Url,
        ];
    }

    /// <summary>The last thing said that tells anything, without the names that ffmpeg puts in front.</summary>
    private static string? Reason(string errors) => errors
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Where(line => line != "Conversion failed!")
        .Select(line => Prefix().Replace(line, ""))
        .LastOrDefault();

    [GeneratedRegex(@"^(\[[^\]]*\]\s*)*((pipe|file):\w+:\s*)?")]
    private static partial Regex Prefix();
}
