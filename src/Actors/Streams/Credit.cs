using Akka.Actor;
using MlxActors.Actors.Protocol;
using MlxActors.Generation;

namespace MlxActors.Actors.Streams;

/// <summary>
/// Gives the engine leave to make as many tokens as the reader has taken, so that at most <paramref name="buffer"/> lie between them:
/// a slow reader pauses its own sequence, and no other. Given in lots of half a buffer, to spare messages.
/// </summary>
internal sealed class Credit(int buffer)
{
    private readonly int _lot = Math.Max(1, buffer / 2);
    private int _owed;

    public void Give(RequestId id, IActorRef engine, int tokens = 1)
    {
        _owed += tokens;
        if (_owed >= _lot)
        {
            engine.Tell(new EngineProtocol.Grant(id, _owed));
            _owed = 0;
        }
    }
}
