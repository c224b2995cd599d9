using System.Collections.Immutable;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Models.Text;
using MlxActors.Native.Results;

namespace MlxActors.Models;

/// <summary>A medium of a prompt, decoded and brought to the model's form, and where its tokens stand.</summary>
/// <param name="Position">Position of its first token.</param>
/// <param name="Length">Number of its tokens.</param>
/// <param name="Hash">Names what <see cref="IModel.Encode"/> makes of it; equal hashes, equal features.</param>
public sealed record PreparedMedia(int Position, int Length, MediaInput Input, ContentHash Hash);

/// <summary>A conversation as the model takes it. Made on the thread pool, before the request reaches the engine.</summary>
/// <param name="Tokens">Prompt tokens, media expanded.</param>
/// <param name="Media">In ascending order of position.</param>
public sealed record PreparedPrompt(ImmutableArray<int> Tokens, ImmutableArray<PreparedMedia> Media);

/// <summary>Why a conversation cannot be put to this model: the client's fault, in its words.</summary>
/// <param name="Field">The request's field, such as <c>messages[1].content[0].image_url</c>; null when it is the whole.</param>
public sealed record PromptError(string Message, string? Field);

/// <summary>The text and media side of a model family: prompt format, tokenizer, media preparation. Pure and thread-safe.</summary>
public interface IProcessor
{
    /// <summary>Renders, tokenizes and prepares media; the prompt ends where the assistant is to speak.</summary>
    Result<PreparedPrompt, PromptError> Prepare(Conversation conversation, IMediaDecoder decoder, CancellationToken cancellationToken);

    /// <summary>The tokens of a text that is no conversation, as <see cref="HuggingFaceTokenizer.EncodeRaw"/> has them.</summary>
    ImmutableArray<int> Encode(string text);

    /// <summary>A decoder for one answer; control tokens are left out of its text.</summary>
    IncrementalDecoder NewDecoder();

    /// <summary>The UTF-8 that a token stands for by itself, not always whole characters.</summary>
    ImmutableArray<byte> BytesOf(int token);

    /// <summary>Whether a token is a control token, which is no text.</summary>
    bool IsControl(int token);

    /// <summary>How the family writes calls of tools.</summary>
    CallSyntax CallSyntax { get; }

    /// <summary>A parser for one answer, which finds the calls of these tools in the family's own syntax.</summary>
    /// <param name="single">Whether the answer ends with its first call.</param>
    OutputParser NewParser(ImmutableArray<ToolDefinition> tools, bool single);
}
