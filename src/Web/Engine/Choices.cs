using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using MlxActors.Generation;

namespace MlxActors.Web.Engine;

/// <summary>What happens to one of the answers to a request.</summary>
internal readonly record struct ChoiceEvent(int Choice, GenerationEvent Happened);

/// <summary>Several answers to one call, which run as sequences of one batch.</summary>
internal static class Choices
{
    /// <summary>The requests for several answers to one; the first answer is the one that it gets alone.</summary>
    public static ImmutableArray<GenerationRequest> Of(GenerationRequest request, int choices, Func<RequestId> newId) =>
        [request, .. Enumerable.Range(1, choices - 1).Select(choice => Another(request, choice, newId()))];

    /// <summary>
    /// The events of all answers as they come, until each has finished; or until the first that fails, which ends the others.
    /// </summary>
    public static IAsyncEnumerable<ChoiceEvent> GenerateAsync(
        this SupervisorClient supervisor, ImmutableArray<GenerationRequest> requests, CancellationToken cancellationToken) =>
        requests is [var single]
            ? supervisor.GenerateAsync(single, cancellationToken).Select(happened => new ChoiceEvent(0, happened))
            : MergeAsync(supervisor, requests, cancellationToken);

    private static GenerationRequest Another(GenerationRequest request, int choice, RequestId id) => request with
    {
        Id = id,
        Sampling = request.Sampling with { Seed = request.Sampling.Seed + (ulong)choice },
    };

    private static async IAsyncEnumerable<ChoiceEvent> MergeAsync(
        SupervisorClient supervisor, ImmutableArray<GenerationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // One event lies between: a reader that does not take it holds up the answers, as it does a single one.
        var merged = Channel.CreateBounded<ChoiceEvent>(1);
        var pumps = Task.WhenAll(requests.Select((request, choice) =>
            PumpAsync(supervisor.GenerateAsync(request, cancellation.Token), choice, merged.Writer)));
        var closing = pumps.ContinueWith(
            pump => merged.Writer.TryComplete(pump.Exception), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            await foreach (var happened in merged.Reader.ReadAllAsync(CancellationToken.None))
            {
                yield return happened;
                if (happened.Happened is GenerationEvent.Failed)
                {
                    yield break;
                }
            }
        }
        finally
        {
            await cancellation.CancelAsync();
            await foreach (var _ in merged.Reader.ReadAllAsync(CancellationToken.None))
            {
                // Lets the pumps come to their end.
            }
            await closing;
        }
    }

    private static async Task PumpAsync(IAsyncEnumerable<GenerationEvent> events, int choice, ChannelWriter<ChoiceEvent> merged)
    {
        await foreach (var happened in events)
        {
            await merged.WriteAsync(new ChoiceEvent(choice, happened));
        }
    }
}
