using System.ComponentModel;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media.Ffmpeg;

/// <summary>What is done with one file, in one run or several.</summary>
internal delegate Task<Result<T, MediaError>> UseFfmpeg<T>(FfmpegSession session, CancellationToken cancellationToken);

/// <summary>Decodes by ffmpeg as a child process, within <see cref="FfmpegSettings"/>. Thread-safe.</summary>
internal sealed class FfmpegRunner(FfmpegSettings settings, TimeProvider time)
{
    // Never disposed: nobody asks for its wait handle, so that it holds nothing but memory.
    private readonly SemaphoreSlim _slots = new(settings.Concurrent);

    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was; no child is left.</exception>
    public Result<T, MediaError> Use<T>(
        MediaFormat format, MediaKind kind, ReadOnlyMemory<byte> content, UseFfmpeg<T> use, CancellationToken cancellationToken) =>
        FfmpegTools.Find(settings.Location) switch
        {
            // Media are prepared by blocking calls; this one waits for another process, on no scheduler that the caller could be blocking.
            Result<FfmpegTools, string>.Ok(var tools) =>
                Task.Run(() => UseAsync(tools, format, kind, content, use, cancellationToken), CancellationToken.None)
                    .GetAwaiter().GetResult(),
            Result<FfmpegTools, string>.Error(var why) => new MediaError.NeedsFfmpeg(format, kind, why),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private async Task<Result<T, MediaError>> UseAsync<T>(
        FfmpegTools tools,
        MediaFormat format,
        MediaKind kind,
        ReadOnlyMemory<byte> content,
        UseFfmpeg<T> use,
        CancellationToken cancellationToken)
    {
        // Those who wait for their turn have not begun their time.
        await _slots.WaitAsync(cancellationToken);
        try
        {
            return await WithinLimitsAsync(tools, format, kind, content, use, cancellationToken);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<Result<T, MediaError>> WithinLimitsAsync<T>(
        FfmpegTools tools,
        MediaFormat format,
        MediaKind kind,
        ReadOnlyMemory<byte> content,
        UseFfmpeg<T> use,
        CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(settings.Timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            using var input = await FfmpegInput.OpenAsync(Demuxer.Of(format), content, stop.Token);
            return await use(new FfmpegSession(tools, settings.MaxMemory, format, input), stop.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new MediaError.TimedOut(format, settings.Timeout);
        }
        catch (Win32Exception exception)
        {
            return new MediaError.NeedsFfmpeg(format, kind, $"could not be started ({exception.Message})");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new MediaError.Undecodable(format, $"its content could not be handed to ffmpeg ({exception.GetType().Name})");
        }
    }
}
