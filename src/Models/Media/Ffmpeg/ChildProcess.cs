using System.Diagnostics;
using System.Text;

namespace MlxActors.Models.Media.Ffmpeg;

/// <summary>Reads a child's output: to its end, or as far as it cares to.</summary>
internal delegate Task<T> ReadOutput<T>(Stream output, CancellationToken cancellationToken);

/// <param name="Errors">The end of what the child wrote to its standard error.</param>
internal sealed record ChildOutput<T>(T Value, int ExitCode, string Errors);

/// <summary>
/// Runs a program without a shell, feeding and reading it at once, so that no full pipe can stop it. However the call ends, the child and
/// what it started have ended.
/// </summary>
internal static class ChildProcess
{
    /// <summary>Characters kept of standard error, which a hostile file can make endless.</summary>
    private const int ErrorsKept = 4096;

    /// <exception cref="System.ComponentModel.Win32Exception">The program cannot be started.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was; the child is killed.</exception>
    public static async Task<ChildOutput<T>> RunAsync<T>(
        ProcessStartInfo command, ReadOnlyMemory<byte> input, ReadOutput<T> read, CancellationToken cancellationToken)
    {
        command.UseShellExecute = false;
        command.CreateNoWindow = true;
        command.RedirectStandardInput = command.RedirectStandardOutput = command.RedirectStandardError = true;
        cancellationToken.ThrowIfCancellationRequested();
        using var child = Process.Start(command) ?? throw new UnreachableException();
        try
        {
            var feeding = FeedAsync(child.StandardInput.BaseStream, input, cancellationToken);
            var errors = ReadErrorsAsync(child.StandardError, cancellationToken);
            T value;
            await using (var output = child.StandardOutput.BaseStream)
            {
                value = await read(output, cancellationToken);
            }
            // What is not read any more ends the child: its next write fails.
            await child.WaitForExitAsync(cancellationToken);
            await feeding;
            return new ChildOutput<T>(value, child.ExitCode, await errors);
        }
        finally
        {
            if (!child.HasExited)
            {
                child.Kill(entireProcessTree: true);
                await child.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    private static async Task FeedAsync(Stream stdin, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            await using (stdin)
            {
                await stdin.WriteAsync(input, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // A child need not read all of its input; whether it had enough shows in its output.
        }
    }

    private static async Task<string> ReadErrorsAsync(StreamReader stderr, CancellationToken cancellationToken)
    {
        var kept = new StringBuilder();
        var buffer = new char[ErrorsKept];
        try
        {
            while (await stderr.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                kept.Append(buffer, 0, count);
                kept.Remove(0, Math.Max(0, kept.Length - ErrorsKept));
            }
        }
        catch (OperationCanceledException)
        {
            // The call ends as cancelled; nobody reads these errors.
        }
        return kept.ToString();
    }
}
