using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using MlxActors.Generation.Constraints.Grammars;
using MlxActors.Models;
using MlxActors.Models.Chat;

namespace MlxActors.Generation.Constraints.Masks;

/// <summary>The constraints of one model's answers, and what is kept of earlier ones. Thread-safe.</summary>
public sealed class ConstraintMasks(Func<int, ImmutableArray<byte>> bytesOf, ModelInfo info)
{
    private const int MostGrammars = 8;

    // By processor, for that is what both sides of a model have: the engine, and those who prepare requests for it.
    private static readonly ConditionalWeakTable<IProcessor, ConstraintMasks> OfModels = [];

    private readonly Lock _lock = new();
    private readonly LinkedList<(string Key, Automaton Automaton)> _recent = [];

    private readonly Lazy<TokenVocabulary> _vocabulary = new(() => TokenVocabulary.Of(
        info.VocabSize, token => info.EndOfSequence.Contains(token) ? [] : bytesOf(token), info.EndOfSequence));

    /// <summary>The masks for one model, whose vocabulary is read when the first constrained answer comes.</summary>
    public static ConstraintMasks Of(IProcessor processor, ModelInfo info) => OfModels.GetValue(
        processor,
        processor => new ConstraintMasks(token => processor.IsControl(token) ? [] : processor.BytesOf(token), info));

    /// <summary>Does what costs time at the beginning of such an answer, so that the engine's thread need not; nothing without a form.</summary>
    public void Prepare(AnswerForm? form, CallSyntax syntax)
    {
        if (form?.ToGrammar(syntax) is { } grammar)
        {
            AutomatonOf(grammar);
        }
    }

    public ConstrainedAnswer Start(Grammar grammar) => new(AutomatonOf(grammar));

    private Automaton AutomatonOf(Grammar grammar)
    {
        if (Find(grammar.Key) is { } known)
        {
            return known;
        }
        var automaton = new Automaton(grammar, _vocabulary.Value);
        automaton.MaskOf(automaton.Start);
        lock (_lock)
        {
            if (Find(grammar.Key) is { } other)
            {
                return other;
            }
            _recent.AddFirst((grammar.Key, automaton));
            if (_recent.Count > MostGrammars)
            {
                _recent.RemoveLast();
            }
            return automaton;
        }
    }

    private Automaton? Find(string key)
    {
        lock (_lock)
        {
            for (var entry = _recent.First; entry is not null; entry = entry.Next)
            {
                if (entry.Value.Key == key)
                {
                    _recent.Remove(entry);
                    _recent.AddFirst(entry);
                    return entry.Value.Automaton;
                }
            }
            return null;
        }
    }
}
