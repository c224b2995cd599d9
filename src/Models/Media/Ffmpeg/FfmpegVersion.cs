using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Ffmpeg;

/// <summary>Whether there is an ffmpeg, and which, for people.</summary>
public static class FfmpegVersion
{
    private const int MostBytes = 1 << 16;

    // It only says its name: whatever takes longer is something else.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Only looks for it.</summary>
    /// <returns>Its path; or why there is none, in words that follow "ffmpeg, which".</returns>
    public static Result<string, string> Locate(FfmpegSettings settings) => FfmpegTools.Find(settings.Location).Map(tools => tools.Ffmpeg);

    /// <summary>Runs it.</summary>
    /// <returns>The version; or why there is none, in words that follow "ffmpeg, which".</returns>
    public static Task<Result<string, string>> FindAsync(FfmpegSettings settings, CancellationToken cancellationToken) =>
        FfmpegTools.Find(settings.Location).Match(
            tools => AskAsync(tools.Ffmpeg, cancellationToken), why => Task.FromResult(Result.Error<string, string>(why)));

    private static async Task<Result<string, string>> AskAsync(string program, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var said = await ChildProcess.RunAsync(
                new ProcessStartInfo(program, ["-hide_banner", "-version"]),
                input: default,
                async (output, token) => await output.ReadToEndAsync(MostBytes, token),
                either.Token);
            // "ffmpeg version 5.1.6-0+deb12u1 Copyright (c) …"
            return said is { ExitCode: 0, Value: { } text }
                && Encoding.UTF8.GetString(text.Span).Split(' ', 4) is ["ffmpeg", "version", var version, ..]
                ? Result.Ok<string, string>(version)
                : Result.Error<string, string>("does not say its version");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Result.Error<string, string>("does not say its version");
        }
        catch (Win32Exception exception)
        {
            return Result.Error<string, string>($"could not be started ({exception.Message})");
        }
    }
}
