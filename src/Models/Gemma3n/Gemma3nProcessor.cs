using System.Collections.Immutable;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Models.Text;
using MlxActors.Native.Results;

namespace MlxActors.Models.Gemma3n;

/// <summary>Conversations for Gemma 3n, as transformers' Gemma3nProcessor prepares them.</summary>
public sealed class Gemma3nProcessor : IProcessor
{
    private readonly HuggingFaceTokenizer _tokenizer;
    private readonly Gemma3nMediaTokens _tokens;
    private readonly Capabilities _capabilities;

    private Gemma3nProcessor(HuggingFaceTokenizer tokenizer, Gemma3nMediaTokens tokens, Capabilities capabilities) =>
        (_tokenizer, _tokens, _capabilities) = (tokenizer, tokens, capabilities);

    /// <param name="capabilities">Those of the towers that the checkpoint holds.</param>
    public static Result<IProcessor, LoadError> Load(string directory, Gemma3nConfig config, Capabilities capabilities) =>
        HuggingFaceTokenizer.LoadWithin(directory, config.Text.VocabSize).Map<IProcessor>(tokenizer => new Gemma3nProcessor(
            tokenizer, new Gemma3nMediaTokens(config.VisionSoftTokens, config.AudioSoftTokens), capabilities));

    public Result<PreparedPrompt, PromptError> Prepare(
        Conversation conversation, IMediaDecoder decoder, CancellationToken cancellationToken) =>
        conversation.Refuse(_capabilities) is { } error
            ? error
            : Gemma3nPrompt.Render(conversation)
                .Map(prompt => Gemma3nPrompt.Tokenize(prompt, _tokenizer, _tokens, _ => 0))
                .Map(prompt => new PreparedPrompt(prompt.Tokens, []));

    public IncrementalDecoder NewDecoder() => _tokenizer.NewDecoder(skipSpecialTokens: true);

    public OutputParser NewParser(ImmutableArray<ToolDefinition> tools, bool single) =>
        tools.IsEmpty ? OutputParser.Plain : new ToolCodeParser(tools, single);
}
