using System.Collections.Immutable;
using MlxActors.Actors.Protocol;
using MlxActors.Generation;
using MlxActors.Generation.Sampling;

namespace MlxActors.Actors.Streams;

/// <summary>The log probabilities of tokens until their text goes out; of tokens that turn out to be a stop text they never do.</summary>
internal sealed class PendingLogprobs(Func<int, ImmutableArray<byte>> bytesOf)
{
    private readonly Queue<TokenScores> _undecided = new();
    private readonly ImmutableArray<TokenLogprob>.Builder _decided = ImmutableArray.CreateBuilder<TokenLogprob>();

    /// <param name="belonging">How many more tokens now belong to the answer.</param>
    public void Add(EngineProtocol.Sampled sampled, int belonging)
    {
        if (sampled.Scores is not { } scores)
        {
            return;
        }
        if (sampled.Finished is not FinishReason.Stop)
        {
            _undecided.Enqueue(scores);
        }
        for (; belonging > 0; belonging--)
        {
            var next = _undecided.Dequeue();
            _decided.Add(Of(next.Chosen, [.. next.Top.Select(token => Of(token, []))]));
        }
    }

    /// <summary>What has been decided since the last time.</summary>
    public ImmutableArray<TokenLogprob> Take() => _decided.Count == 0 ? [] : _decided.DrainToImmutable();

    private TokenLogprob Of(ScoredToken token, ImmutableArray<TokenLogprob> top) => new(bytesOf(token.Token), token.Logprob, top);
}
