using Akka.Actor.Cells;
using Akka.Util.Internal;

namespace Akka.Actor;

/// <summary>Whoever lives at a path, looked up at each Tell; `..` goes up, and `*` and `?` match names.</summary>
public class ActorSelection : ICanTell
{
    private readonly string[] _elements;

    public ActorSelection(IActorRef anchor, string path)
        : this(anchor, (path ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries))
    {
    }

    public ActorSelection(IActorRef anchor, IEnumerable<string> elements)
    {
        Anchor = anchor;
        _elements = [.. elements];
    }

    public IActorRef Anchor { get; }

    public string PathString => "/" + string.Join('/', _elements);

    public void Tell(object message, IActorRef sender = null)
    {
        sender ??= ActorCell.Current?.Self ?? ImplicitSender.Value;
        var targets = Find([(IInternalActorRef)Anchor], _elements);
        foreach (var target in targets)
            target.Tell(message, sender);
        if (targets.Count == 0 && !_elements.Any(x => x.Contains('*') || x.Contains('?')))
            ActorSystemImpl.Of(Anchor).DeadLetterRef.Publish(message, sender, Anchor);
    }

    public Task<IActorRef> ResolveOne(TimeSpan timeout) => ResolveOne(timeout, CancellationToken.None);

    public async Task<IActorRef> ResolveOne(TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            var identity = await this.Ask<ActorIdentity>(new Identify(null), timeout, ct).ConfigureAwait(false);
            return identity.Subject ?? throw new ActorNotFoundException("subject was null");
        }
        catch (AskTimeoutException expiry)
        {
            throw new ActorNotFoundException("Exception occurred while resolving ActorSelection", expiry);
        }
    }

    public override string ToString() => $"ActorSelection[Anchor({Anchor}), Path({PathString})]";

    private static List<IInternalActorRef> Find(List<IInternalActorRef> from, ReadOnlySpan<string> path)
    {
        foreach (var element in path)
            from = [.. from.SelectMany(x => Step(x, element))];
        return from;
    }

    private static IEnumerable<IInternalActorRef> Step(IInternalActorRef from, string element)
    {
        if (element == "..")
            return [from.Parent];
        if (element.Contains('*') || element.Contains('?'))
        {
            return from is LocalActorRef local
                ? local.Cell.AllChildStats().Select(x => x.Ref).Where(x => x.Path.Name.Like(element))
                : [];
        }

        return from.GetChild(element) is IInternalActorRef child and not Actor.Nobody ? [child] : [];
    }
}
