using MlxActors.Generation.Stopping;
using MlxActors.Models.Text;

namespace MlxActors.Generation.Tests.Stopping;

public sealed class AnswerTextTests
{
    [Fact]
    public void Add_TokenThatEndsTheTurn_HasNoText() =>
        Assert.Equal(new AnswerPiece("", FinishReason.Stop), Answer().Add('z', FinishReason.Stop));

    [Fact]
    public void Add_LastTokenByLimit_HasItsText() =>
        Assert.Equal(new AnswerPiece("z", FinishReason.Length), Answer().Add('z', FinishReason.Length));

    [Fact]
    public void Add_CharacterStillOpenAtTheEnd_IsFlushed()
    {
        var answer = Answer();

        Assert.Equal(new AnswerPiece("", null), answer.Add('?', null));
        Assert.Equal(new AnswerPiece("\uFFFD", FinishReason.Stop), answer.Add('z', FinishReason.Stop));
    }

    [Fact]
    public void Add_TextHeldBackAtTheEnd_IsGivenOut()
    {
        var answer = Answer("abc");

        Assert.Equal(new AnswerPiece("", null), answer.Add('a', null));
        Assert.Equal(new AnswerPiece("ab", FinishReason.Length), answer.Add('b', FinishReason.Length));
    }

    [Fact]
    public void Add_StopTextInTheTokenOfTheLimit_IsAStop()
    {
        var answer = Answer("ab");

        Assert.Equal(new AnswerPiece("", null), answer.Add('a', null));
        Assert.Equal(new AnswerPiece("", FinishReason.Stop), answer.Add('b', FinishReason.Length));
    }

    private static AnswerText Answer(params string[] stops) => new(new LetterDecoder(), StopText.Of([.. stops]));

    /// <summary>A token is a letter; a question mark opens a character that never closes.</summary>
    private sealed class LetterDecoder : IncrementalDecoder
    {
        private string _open = "";

        public override string Add(int token)
        {
            if (token == '?')
            {
                _open = "\uFFFD";
                return "";
            }
            return ((char)token).ToString();
        }

        public override string Flush() => _open;
    }
}
