using System.Collections.Immutable;
using System.Text;
using MlxActors.Models;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Models.Text;
using MlxActors.Native.Results;

namespace MlxActors.Actors.Tests.Fakes;

/// <summary>
/// A token a letter. An image takes as many tokens as its file has bytes; its features count up from a thousand times its first byte.
/// </summary>
internal sealed class FakeProcessor : IProcessor
{
    public const string Unwanted = "unwanted";
    public const string Broken = "broken";

    /// <summary>Called before each prompt, on the thread pool; may wait or throw.</summary>
    public Action<CancellationToken> OnPrepare { get; set; } = _ => { };

    /// <summary>Called for each token that is decoded; may throw.</summary>
    public Action OnDecode { get; set; } = () => { };

    public static ImmutableArray<int> Tokens(string text) => [.. text.Select(letter => 1 + (letter % (FakeModel.Vocabulary - 2)))];

    public static string Text(IEnumerable<int> tokens) =>
        string.Concat(tokens.Where(token => token != FakeModel.EndOfTurn).Select(token => (char)('a' + token - 1)));

    /// <summary>What the model reads at each place of a prompt.</summary>
    public static IEnumerable<ulong> Values(PreparedPrompt prompt)
    {
        var images = prompt.Media.SelectMany(image =>
            Enumerable.Range(0, image.Length).Select(row => (image.Position + row, (ulong)(((PixelValues)image.Input).Values[0] + row))));
        var byPosition = images.ToDictionary(pair => pair.Item1, pair => pair.Item2);
        return prompt.Tokens.Select((token, position) => byPosition.GetValueOrDefault(position, (ulong)token));
    }

    public Result<PreparedPrompt, PromptError> Prepare(Conversation conversation, IMediaDecoder decoder, CancellationToken cancellationToken)
    {
        OnPrepare(cancellationToken);
        return PromptOf(conversation);
    }

    public static Result<PreparedPrompt, PromptError> PromptOf(Conversation conversation)
    {
        var tokens = ImmutableArray.CreateBuilder<int>();
        var images = ImmutableArray.CreateBuilder<PreparedMedia>();
        foreach (var part in conversation.Messages.SelectMany(message => message.Parts))
        {
            switch (part)
            {
                case ContentPart.Text(Unwanted):
                    return new PromptError("this text is not wanted", "messages[0].content");
                case ContentPart.Text(Broken):
                    throw new InvalidOperationException("the processor is broken");
                case ContentPart.Text(var text):
                    tokens.AddRange(Tokens(text));
                    break;
                case ContentPart.Image(var index):
                    var file = conversation.Media[index].Content.Span;
                    var pixels = new PixelValues([file[0] * 1000], 1, 1, file.Length);
                    images.Add(new PreparedMedia(tokens.Count, file.Length, pixels, ContentHash.Of(file)));
                    tokens.AddRange(Enumerable.Repeat(FakeModel.ImageToken, file.Length));
                    break;
            }
        }
        return new PreparedPrompt(tokens.ToImmutable(), images.ToImmutable());
    }

    public ImmutableArray<int> Encode(string text) => Tokens(text);

    public IncrementalDecoder NewDecoder() => new Decoder(this);

    public ImmutableArray<byte> BytesOf(int token) => [.. Encoding.UTF8.GetBytes(Text([token]))];

    public bool IsControl(int token) => token == FakeModel.EndOfTurn;

    public CallSyntax CallSyntax => CallSyntax.ToolCode;

    public OutputParser NewParser(ImmutableArray<ToolDefinition> tools, bool single) => OutputParser.Plain;

    private sealed class Decoder(FakeProcessor processor) : IncrementalDecoder
    {
        public override string Add(int token)
        {
            processor.OnDecode();
            return Text([token]);
        }

        public override string Flush() => "";
    }
}
