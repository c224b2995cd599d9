using System.Collections.Immutable;
using System.Text;
using MlxActors.Models.Text;

namespace MlxActors.Models.Chat;

/// <summary>A prompt being written down, which remembers what came from outside and where tokens of media will stand.</summary>
internal sealed class PromptText
{
    private readonly StringBuilder _text = new();
    private readonly List<TextSpan> _literals = [];
    private readonly List<(int Index, int Piece, string Token, int Length)> _media = [];

    /// <summary>Text of the template.</summary>
    public PromptText Template(string value)
    {
        _text.Append(value);
        return this;
    }

    /// <summary>Text from outside.</summary>
    public PromptText Literal(string value)
    {
        _literals.Add(new TextSpan(_text.Length, value.Length));
        _text.Append(value);
        return this;
    }

    /// <summary>The tokens of one piece of a file, <paramref name="length"/> times <paramref name="token"/>.</summary>
    /// <param name="index">The file's place in the conversation's media.</param>
    public PromptText Media(int index, string token, int length, int piece = 0)
    {
        _text.Insert(_text.Length, token, length);
        _media.Add((index, piece, token, length));
        return this;
    }

    public TokenizedPrompt Tokenize(HuggingFaceTokenizer tokenizer)
    {
        var tokens = tokenizer.Encode(_text.ToString(), [.. _literals]);
        return new TokenizedPrompt(tokens, FindMedia(tokens, tokenizer));
    }

    /// <summary>Their tokens can come into a prompt in no other way, so that they are met in the order they were written.</summary>
    private ImmutableArray<MediaPlace> FindMedia(ImmutableArray<int> tokens, HuggingFaceTokenizer tokenizer)
    {
        var found = ImmutableArray.CreateBuilder<MediaPlace>(_media.Count);
        var from = 0;
        foreach (var (index, piece, token, length) in _media)
        {
            var position = tokenizer.IdOf(token) is { } id ? tokens.IndexOf(id, from) : -1;
            if (position < 0)
            {
                throw new InvalidOperationException($"the tokenizer has no token {token}");
            }
            found.Add(new MediaPlace(index, piece, position, length));
            from = position + length;
        }
        return found.MoveToImmutable();
    }
}
