using System.Collections.Immutable;
using System.Diagnostics;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Models;

public static class PromptPreparation
{
    private const string RawField = "prompt";

    /// <summary>Brings any prompt to the model's form; see <see cref="IProcessor.Prepare"/> for conversations.</summary>
    /// <param name="vocabSize">Tokens that come as such must lie below.</param>
    public static Result<PreparedPrompt, PromptError> Prepare(
        this IProcessor processor, Prompt prompt, int vocabSize, IMediaDecoder decoder, CancellationToken cancellationToken) =>
        prompt switch
        {
            Conversation conversation => processor.Prepare(conversation, decoder, cancellationToken),
            RawText(var text) => OfTokens(processor.Encode(text), vocabSize),
            RawTokens(var ids) => OfTokens(ids, vocabSize),
            _ => throw new UnreachableException(),
        };

    private static Result<PreparedPrompt, PromptError> OfTokens(ImmutableArray<int> tokens, int vocabSize) =>
        tokens.IsEmpty ? new PromptError("The prompt has no token.", RawField)
        : tokens.Any(token => (uint)token >= (uint)vocabSize) ? new PromptError(
            $"It has no token {tokens.First(token => (uint)token >= (uint)vocabSize)}; the last is {vocabSize - 1}.", RawField)
        : new PreparedPrompt(tokens, []);
}
