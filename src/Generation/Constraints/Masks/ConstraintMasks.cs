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

    private readonly Recent<Automaton> _recent = new(MostGrammars, _ => 1);

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
        if (_recent.Find(grammar.Key) is { } known)
        {
            return known;
        }
        var automaton = new Automaton(grammar, _vocabulary.Value);
        automaton.MaskOf(automaton.Start);
        return _recent.Add(grammar.Key, automaton);
    }
}
