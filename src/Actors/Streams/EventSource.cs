using System.Threading.Channels;
using Akka;
using Akka.Actor;
using Akka.Streams.Dsl;
using MlxActors.Actors.Protocol;
using MlxActors.Generation;

namespace MlxActors.Actors.Streams;

/// <summary>
/// The stream of one generation's events, which tells the generation what its reader does. The channel itself has no bound: the
/// engine's credit (<see cref="EngineProtocol.Grant"/>) bounds what is in it, and the last event always finds room.
/// </summary>
internal static class EventSource
{
    public static Channel<GenerationEvent> NewChannel() =>
        Channel.CreateUnbounded<GenerationEvent>(new UnboundedChannelOptions { SingleWriter = true, SingleReader = true });

    /// <param name="taken">What the reader takes is counted here.</param>
    public static Source<GenerationEvent, NotUsed> From(
        ChannelReader<GenerationEvent> events, IActorRef generation, PartsTaken taken)
    {
        var lot = new GenerationProtocol.Taken(taken.Lot);
        return ChannelSource.FromReader(events)
            .Select(Count)
            .WatchTermination((materialized, ended) =>
            {
                generation.Tell(GenerationProtocol.ReaderCame.Instance);
                ended.PipeTo(
                    generation,
                    success: _ => GenerationProtocol.ReaderGone.Instance,
                    failure: _ => GenerationProtocol.ReaderGone.Instance);
                return materialized;
            });

        GenerationEvent Count(GenerationEvent happened)
        {
            if (happened is GenerationEvent.Text or GenerationEvent.ToolCall && taken.Add())
            {
                generation.Tell(lot);
            }
            return happened;
        }
    }
}
