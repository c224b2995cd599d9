using System.Collections.Immutable;
using MlxActors.Generation.Constraints.Grammars;
using MlxActors.Models;

namespace MlxActors.Generation.Constraints.Masks;

/// <summary>The constraints of one model's answers, and what is kept of earlier ones. Used on the engine's thread only.</summary>
public sealed class ConstraintMasks(Func<int, ImmutableArray<byte>> bytesOf, ModelInfo info)
{
    private const int MostGrammars = 8;

    private readonly LinkedList<(string Key, Automaton Automaton)> _recent = [];
    private TokenTrie? _trie;

    /// <summary>The masks for one model, whose vocabulary is read when the first constrained answer comes.</summary>
    public static ConstraintMasks Of(LoadedModel model) =>
        new(token => model.Processor.IsControl(token) ? [] : model.Processor.BytesOf(token), model.Info);

    public ConstrainedAnswer Start(Grammar grammar) => new(AutomatonOf(grammar));

    private Automaton AutomatonOf(Grammar grammar)
    {
        for (var entry = _recent.First; entry is not null; entry = entry.Next)
        {
            if (entry.Value.Key == grammar.Key)
            {
                _recent.Remove(entry);
                _recent.AddFirst(entry);
                return entry.Value.Automaton;
            }
        }
        _trie ??= TokenTrie.Of(info.VocabSize, token => info.EndOfSequence.Contains(token) ? [] : bytesOf(token), info.EndOfSequence);
        var automaton = new Automaton(grammar, _trie);
        _recent.AddFirst((grammar.Key, automaton));
        if (_recent.Count > MostGrammars)
        {
            _recent.RemoveLast();
        }
        return automaton;
    }
}
