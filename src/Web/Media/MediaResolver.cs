using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MlxActors.Generation;
using MlxActors.Http.Errors;
using MlxActors.Models.Chat;
using MlxActors.Native.Results;
using MlxActors.Web.OpenAi.Errors;

namespace MlxActors.Web.Media;

/// <summary>Turns what a request refers to into files, before the request goes on: several at a time, all or none.</summary>
internal sealed class MediaResolver(FetchSettings settings, MediaFetcher fetcher, IHostApplicationLifetime lifetime)
{
    /// <returns>The files in the order of the references; or the first fault, after which the other fetches are given up.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<Result<ImmutableArray<MediaSource>, ApiError>> ResolveAsync(
        ImmutableArray<MediaReference> references, CancellationToken cancellationToken)
    {
        if (Refusal([.. references.OfType<MediaReference.Remote>()]) is { } refused)
        {
            return refused;
        }
        var sources = new MediaSource[references.Length];
        var budget = new ByteBudget(settings.MaxBytes);
        ApiError? fault = null;
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        var options = new ParallelOptions { MaxDegreeOfParallelism = settings.Concurrent, CancellationToken = giveUp.Token };
        try
        {
            await Parallel.ForAsync(0, references.Length, options, async (index, cancellation) =>
            {
                switch (await ResolveAsync(references[index], budget, cancellation))
                {
                    case Result<MediaSource, ApiError>.Ok(var source):
                        sources[index] = source;
                        break;
                    case Result<MediaSource, ApiError>.Error(var error):
                        Interlocked.CompareExchange(ref fault, error, null);
                        await giveUp.CancelAsync();
                        break;
                }
            });
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            fault ??= new GenerationError.ShuttingDown().ToApiError();
        }
        return fault is null ? ImmutableCollectionsMarshal.AsImmutableArray(sources) : fault;
    }

    private ApiError? Refusal(ImmutableArray<MediaReference.Remote> remote) =>
        remote.IsEmpty ? null
        : !settings.Enabled ? Fault(new FetchError.Disabled(), remote[0].Field)
        : remote.Length > settings.MaxUrls
            ? Fault(new FetchError.TooMany(remote.Length, settings.MaxUrls), remote[settings.MaxUrls].Field)
        : null;

    private async ValueTask<Result<MediaSource, ApiError>> ResolveAsync(
        MediaReference reference, ByteBudget budget, CancellationToken cancellationToken) => reference switch
        {
            MediaReference.Inline(var content, var field) => new MediaSource(content, field),
            MediaReference.Remote(var url, var field) => (await fetcher.FetchAsync(url, budget, cancellationToken))
                .Map(content => new MediaSource(content, field))
                .MapError(error => Fault(error, field)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private static ApiError Fault(FetchError error, string field) =>
        ApiError.BadRequest($"Invalid '{field}': {error.Message}.", field, "invalid_media_url");
}
