using System.Collections.Immutable;
using MlxActors.Generation.Constraints.Grammars;

namespace MlxActors.Generation.Constraints.Schemas;

/// <summary>A pattern, or several at a time, would need more states than is reasonable.</summary>
internal sealed class TooManyStatesException : Exception;

/// <summary>
/// A set of texts as a deterministic automaton over characters. Sets can be joined, taken from each other and bounded in length, which
/// patterns alone cannot. From each state an end is in reach; the first is where texts begin, and without any there is no text.
/// </summary>
internal sealed class TextAutomaton
{
    /// <summary>More than any pattern seen, and some tens of milliseconds.</summary>
    public const int MostStates = 20_000;

    private TextAutomaton(ImmutableArray<State> states) => States = states;

    /// <param name="Edges">Each character is in one of them at most.</param>
    /// <param name="IsEnd">Whether a text may end here.</param>
    public readonly record struct State(ImmutableArray<(CodePoints Characters, int Target)> Edges, bool IsEnd)
    {
        /// <summary>The state behind a character; -1 where there is none.</summary>
        public int Next(int codePoint)
        {
            foreach (var (characters, target) in Edges)
            {
                if (characters.Contains(codePoint))
                {
                    return target;
                }
            }
            return -1;
        }
    }

    public ImmutableArray<State> States { get; }

    public bool IsEmpty => States.IsEmpty;

    /// <summary>The texts that match.</summary>
    /// <exception cref="TooManyStatesException" />
    public static TextAutomaton Of(Pattern pattern) => pattern is Pattern.Found(var texts) ? texts : new Determinizer().Of(pattern);

    /// <summary>Without the states from which there is no end.</summary>
    public static TextAutomaton Trim(IReadOnlyList<State> states)
    {
        var isAlive = Alive(states);
        var numbers = new int[states.Count];
        for (var (i, next) = (0, 0); i < numbers.Length; i++)
        {
            numbers[i] = isAlive[i] ? next++ : -1;
        }
        return new TextAutomaton(states.Count == 0 || !isAlive[0] ? [] :
        [
            .. states.Where((_, i) => isAlive[i]).Select(state => state with
            {
                Edges = [.. state.Edges.Where(edge => isAlive[edge.Target]).Select(edge => edge with { Target = numbers[edge.Target] })],
            }),
        ]);
    }

    /// <summary>All other texts.</summary>
    public TextAutomaton Complement()
    {
        if (IsEmpty)
        {
            return Of(Pattern.Anything);
        }
        var anything = States.Length;
        return Trim(
        [
            .. States.Select(state => new State(
                CodePoints.All.Except(CodePoints.Of(state.Edges.SelectMany(edge => edge.Characters.Ranges))) is { IsEmpty: false } others
                    ? state.Edges.Add((others, anything))
                    : state.Edges,
                !state.IsEnd)),
            new State([(CodePoints.All, anything)], IsEnd: true),
        ]);
    }

    /// <summary>Those of its texts that have so many characters.</summary>
    /// <param name="most">Null: no most.</param>
    /// <exception cref="TooManyStatesException" />
    public TextAutomaton WithLength(int least, int? most)
    {
        if (IsEmpty || (least == 0 && most is null))
        {
            return this;
        }
        var toEnd = Distances();
        var numbers = new Dictionary<(int State, int Count), int> { [(0, 0)] = 0 };
        var open = new List<(int State, int Count)> { (0, 0) };
        var states = new List<State>();
        for (var i = 0; i < open.Count; i++)
        {
            var (state, count) = open[i];
            var next = most is null ? Math.Min(count + 1, least) : count + 1;
            var edges = States[state].Edges.Where(edge => most is null || next + toEnd[edge.Target] <= most);
            states.Add(new State(
                [.. edges.Select(edge => edge with { Target = NumberOf((edge.Target, next)) })], States[state].IsEnd && count >= least));
        }
        return Trim(states);

        int NumberOf((int State, int Count) place)
        {
            if (!numbers.TryGetValue(place, out var number))
            {
                number = open.Count < MostStates ? open.Count : throw new TooManyStatesException();
                numbers.Add(place, number);
                open.Add(place);
            }
            return number;
        }
    }

    /// <summary>The same texts by the fewest states; looks at all of them as often as it takes characters to tell two apart.</summary>
    public TextAutomaton Merged()
    {
        var begins = States.SelectMany(state => state.Edges).SelectMany(edge => edge.Characters.Ranges)
            .SelectMany<(int First, int Last), int>(range => [range.First, range.Last + 1]).Distinct().ToArray();
        var targets = States.Select(state => begins.Select(state.Next).ToArray()).ToArray();
        var groups = States.Select(state => state.IsEnd ? 1 : 0).ToArray();
        for (var (count, last) = (0, -1); count != last;)
        {
            var (before, numbers) = (groups, new Dictionary<int[], int>(IntArrays.Instance));
            groups = [.. targets.Select((next, i) => NumberOf(numbers, [before[i], .. next.Select(GroupOf)]))];
            (count, last) = (numbers.Count, count);

            int GroupOf(int target) => target < 0 ? -1 : before[target];
        }

        // Groups are numbered in the order of their first states.
        return new TextAutomaton(
        [
            .. States.Zip(groups).DistinctBy(pair => pair.Second).Select(pair => pair.First with
            {
                Edges = [.. pair.First.Edges.GroupBy(edge => groups[edge.Target], edge => edge.Characters).Select(ToEdge)],
            }),
        ]);

        static int NumberOf(Dictionary<int[], int> numbers, int[] key)
        {
            numbers.TryAdd(key, numbers.Count);
            return numbers[key];
        }

        static (CodePoints, int) ToEdge(IGrouping<int, CodePoints> edge) =>
            (CodePoints.Of(edge.SelectMany(characters => characters.Ranges)), edge.Key);
    }

    public bool Matches(string text)
    {
        var state = IsEmpty ? -1 : 0;
        foreach (var rune in text.EnumerateRunes())
        {
            state = state < 0 ? state : States[state].Next(rune.Value);
        }
        return state >= 0 && States[state].IsEnd;
    }

    /// <inheritdoc cref="Pattern.ToExpression" />
    public Expression ToExpression(Func<CodePoints, Expression> write)
    {
        var written = States.SelectMany(state => state.Edges).Select(edge => edge.Characters).Distinct()
            .ToDictionary(characters => characters, write);
        return new Expression.Graph([.. States.Select(state =>
            new Expression.Place([.. state.Edges.Select(edge => (written[edge.Characters], edge.Target))], state.IsEnd))]);
    }

    private static bool[] Alive(IReadOnlyList<State> states)
    {
        var before = Before(states);
        var isAlive = new bool[states.Count];
        var open = new Stack<int>(Enumerable.Range(0, states.Count).Where(i => states[i].IsEnd));
        while (open.TryPop(out var state))
        {
            if (!isAlive[state])
            {
                isAlive[state] = true;
                before[state].ForEach(open.Push);
            }
        }
        return isAlive;
    }

    /// <summary>The fewest characters from each state to an end.</summary>
    private int[] Distances()
    {
        var before = Before(States);
        var distances = Enumerable.Repeat(int.MaxValue, States.Length).ToArray();
        var open = new Queue<(int State, int Distance)>(
            Enumerable.Range(0, States.Length).Where(i => States[i].IsEnd).Select(state => (state, 0)));
        while (open.TryDequeue(out var place))
        {
            if (distances[place.State] == int.MaxValue)
            {
                distances[place.State] = place.Distance;
                before[place.State].ForEach(state => open.Enqueue((state, place.Distance + 1)));
            }
        }
        return distances;
    }

    private static List<int>[] Before(IReadOnlyList<State> states)
    {
        var before = states.Select(_ => new List<int>()).ToArray();
        for (var i = 0; i < states.Count; i++)
        {
            foreach (var (_, target) in states[i].Edges)
            {
                before[target].Add(i);
            }
        }
        return before;
    }
}
