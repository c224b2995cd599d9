using System.Collections.Immutable;
using System.Diagnostics;
using MlxActors.Generation.Constraints.Grammars;

namespace MlxActors.Generation.Constraints.Schemas;

/// <summary>
/// Makes a pattern deterministic. Its places are laid out backwards, as those of grammars are; where it looks ahead, two places must both
/// come to an end. A state therefore is a list of sets of places: one of the sets must, with all its places. For one pattern.
/// </summary>
internal sealed class Determinizer
{
    private const int MostPlaces = 100_000;
    private const int MostSets = 1_000;
    private const int End = 0;
    private const int Nowhere = -1;

    private readonly List<Place> _places = [new Place.End()];
    private readonly Dictionary<int, List<int[]>> _closures = [];
    private readonly Dictionary<int, int[]> _next = [];
    private ImmutableArray<(int First, CodePoints Characters)> _kinds = [];

    private abstract record Place
    {
        private Place()
        {
        }

        /// <summary>Where a text must end.</summary>
        public sealed record End : Place;

        public sealed record Step(CodePoints Characters, int Target) : Place;

        /// <summary>A state of an automaton.</summary>
        /// <param name="First">The place of its first state; those of the others follow.</param>
        public sealed record Found(TextAutomaton.State State, int First) : Place;

        public sealed record Either(List<int> Targets) : Place;

        public sealed record Both(int One, int Other) : Place;
    }

    /// <exception cref="TooManyStatesException" />
    public TextAutomaton Of(Pattern pattern)
    {
        var start = Lay(pattern, End);
        _kinds = Kinds();
        var numbers = new Dictionary<int[], int>(IntArrays.Instance);
        var open = new List<List<int[]>>();
        Number(Fewest(new HashSet<int[]>(ClosureOf(start), IntArrays.Instance)));
        var states = new List<TextAutomaton.State>();
        for (var i = 0; i < open.Count; i++)
        {
            states.Add(new TextAutomaton.State(Ways(open[i]), open[i].Exists(set => Array.TrueForAll(set, IsEnd))));
        }
        return TextAutomaton.Trim(states);

        ImmutableArray<(CodePoints, int)> Ways(List<int[]> sets) =>
        [
            .. Enumerable.Range(0, _kinds.Length)
                .Select(kind => (Kind: kind, Next: After(sets, kind)))
                .Where(way => way.Next.Count > 0)
                .GroupBy(way => Number(way.Next), way => _kinds[way.Kind].Characters)
                .Select(way => (CodePoints.Of(way.SelectMany(characters => characters.Ranges)), way.Key)),
        ];

        int Number(List<int[]> sets)
        {
            var key = sets.SelectMany(set => set.Append(Nowhere)).ToArray();
            if (!numbers.TryGetValue(key, out var number))
            {
                number = open.Count < TextAutomaton.MostStates ? open.Count : throw new TooManyStatesException();
                numbers.Add(key, number);
                open.Add(sets);
            }
            return number;
        }
    }

    /// <returns>The place before the pattern, which goes on to <paramref name="next"/>.</returns>
    private int Lay(Pattern pattern, int next)
    {
        switch (pattern)
        {
            case Pattern.One(var characters):
                return Add(new Place.Step(characters, next));
            case Pattern.Sequence(var parts):
                for (var i = parts.Length - 1; i >= 0; i--)
                {
                    next = Lay(parts[i], next);
                }
                return next;
            case Pattern.Choice(var options):
                return Add(new Place.Either([.. options.Select(option => Lay(option, next))]));
            case Pattern.Repeat(var inner, var least, var most):
                return LayRepeat(inner, least, most, next);
            case Pattern.Ahead(var rest, var holds):
                // Deterministic of itself, so that it is in one place at a time.
                var ahead = TextAutomaton.Of(rest);
                return Add(new Place.Both(LayFound(holds ? ahead : ahead.Complement(), End), next));
            case Pattern.Found(var texts):
                return LayFound(texts, next);
            default:
                throw new UnreachableException();
        }
    }

    private int LayRepeat(Pattern inner, int least, int? most, int next)
    {
        if (most is { } count)
        {
            var end = next;
            for (var i = least; i < count; i++)
            {
                next = Add(new Place.Either([Lay(inner, next), end]));
            }
        }
        else
        {
            var ways = new List<int> { next };
            next = Add(new Place.Either(ways));
            ways.Add(Lay(inner, next));
        }
        for (var i = 0; i < least; i++)
        {
            next = Lay(inner, next);
        }
        return next;
    }

    private int LayFound(TextAutomaton texts, int next)
    {
        var first = _places.Count;
        if (next == End)
        {
            foreach (var state in texts.States)
            {
                Add(new Place.Found(state, first));
            }
            return texts.IsEmpty ? Add(new Place.Either([])) : first;
        }
        var ways = texts.States.Select(_ => new List<int>()).ToArray();
        Array.ForEach(ways, way => Add(new Place.Either(way)));
        for (var i = 0; i < ways.Length; i++)
        {
            ways[i].AddRange(texts.States[i].Edges.Select(edge => Add(new Place.Step(edge.Characters, first + edge.Target))));
            if (texts.States[i].IsEnd)
            {
                ways[i].Add(next);
            }
        }
        return texts.IsEmpty ? Add(new Place.Either([])) : first;
    }

    private int Add(Place place)
    {
        _places.Add(place);
        return _places.Count <= MostPlaces ? _places.Count - 1 : throw new TooManyStatesException();
    }

    private bool IsEnd(int place) => _places[place] is Place.End or Place.Found { State.IsEnd: true };

    /// <summary>Characters that are alike everywhere, each kind with one of it.</summary>
    private ImmutableArray<(int First, CodePoints Characters)> Kinds()
    {
        var all = _places
            .SelectMany(place => place switch
            {
                Place.Step step => [step.Characters],
                Place.Found found => found.State.Edges.Select(edge => edge.Characters),
                _ => [],
            })
            .Distinct().ToArray();
        var begins = all.Append(CodePoints.All).SelectMany(characters => characters.Ranges)
            .SelectMany<(int First, int Last), int>(range => [range.First, range.Last + 1])
            .Distinct().Order().ToArray();
        return
        [
            .. begins.Zip(begins.Skip(1), (first, next) => (First: first, Last: next - 1))
                .Where(range => CodePoints.All.Contains(range.First))
                .GroupBy(range => string.Concat(all.Select(characters => characters.Contains(range.First) ? '1' : '0')))
                .Select(kind => (kind.First().First, CodePoints.Of(kind))),
        ];
    }

    /// <summary>Where these lead to over a character of this kind.</summary>
    private List<int[]> After(List<int[]> sets, int kind)
    {
        var found = new HashSet<int[]>(IntArrays.Instance);
        foreach (var set in sets)
        {
            if (!Array.Exists(set, place => NextOf(place)[kind] == Nowhere))
            {
                found.UnionWith(set.Select(place => ClosureOf(NextOf(place)[kind])).Aggregate(Cross));
            }
        }
        return Fewest(found);
    }

    /// <summary>Where a step or a state leads to, by kind.</summary>
    private int[] NextOf(int place)
    {
        if (!_next.TryGetValue(place, out var next))
        {
            next = [.. _kinds.Select(kind => _places[place] switch
            {
                Place.Step(var characters, var target) => characters.Contains(kind.First) ? target : Nowhere,
                Place.Found(var state, var first) => state.Next(kind.First) is >= 0 and var target ? first + target : Nowhere,
                _ => Nowhere,
            })];
            _next.Add(place, next);
        }
        return next;
    }

    /// <summary>What a place leads to without a character: sets of places that take one, or are ends.</summary>
    private List<int[]> ClosureOf(int place)
    {
        if (_closures.TryGetValue(place, out var known))
        {
            return known;
        }
        var open = new Stack<int[]>([[place]]);
        var seen = new HashSet<int[]>(open, IntArrays.Instance);
        var found = new List<int[]>();
        while (open.TryPop(out var set))
        {
            var at = Array.FindIndex(set, one => _places[one] is Place.Either or Place.Both);
            if (at < 0)
            {
                found.Add(set);
                continue;
            }
            var others = set.Where((_, i) => i != at);
            var next = _places[set[at]] switch
            {
                Place.Either(var targets) => targets.Select(target => Ordered(others.Append(target))),
                Place.Both(var one, var other) => [Ordered(others.Append(one).Append(other))],
                _ => throw new UnreachableException(),
            };
            foreach (var way in next.Where(seen.Add))
            {
                open.Push(way);
            }
        }
        _closures.Add(place, found);
        return found;
    }

    private static List<int[]> Cross(List<int[]> ones, List<int[]> others)
    {
        var both = new List<int[]>(ones.Count * others.Count);
        foreach (var one in ones)
        {
            both.AddRange(others.Select(other => Ordered(one.Concat(other))));
        }
        return both.Count <= MostSets ? both : throw new TooManyStatesException();
    }

    /// <summary>In order, and without those that hold another.</summary>
    private static List<int[]> Fewest(HashSet<int[]> sets)
    {
        var few = sets.All(set => set.Length == 1)
            ? sets.ToList()
            : sets.Where(set => !sets.Any(other => other.Length < set.Length && other.All(set.Contains))).ToList();
        few.Sort((left, right) => left.AsSpan().SequenceCompareTo(right));
        return few.Count <= MostSets ? few : throw new TooManyStatesException();
    }

    private static int[] Ordered(IEnumerable<int> places) => [.. places.Distinct().Order()];
}
