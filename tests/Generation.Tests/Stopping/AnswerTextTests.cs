using MlxActors.Generation.Stopping;
using MlxActors.Models.Chat;
using MlxActors.Models.Text;

namespace MlxActors.Generation.Tests.Stopping;

public sealed class AnswerTextTests
{
    [Fact]
    public void Add_TokenThatEndsTheTurn_HasNoText() =>
        Assert.Equal(new AnswerPiece("", [], FinishReason.Stop), Answer().Add('z', FinishReason.Stop));

    [Fact]
    public void Add_LastTokenByLimit_HasItsText() =>
        Assert.Equal(new AnswerPiece("z", [], FinishReason.Length, Tokens: 1), Answer().Add('z', FinishReason.Length));

    [Fact]
    public void Add_CharacterStillOpenAtTheEnd_IsFlushed()
    {
        var answer = Answer();

        Assert.Equal(new AnswerPiece("", [], null), answer.Add('?', null));
        Assert.Equal(new AnswerPiece("\uFFFD", [], FinishReason.Stop, Tokens: 1), answer.Add('z', FinishReason.Stop));
    }

    [Fact]
    public void Add_TextHeldBackAtTheEnd_IsGivenOut()
    {
        var answer = Answer("abc");

        Assert.Equal(new AnswerPiece("", [], null), answer.Add('a', null));
        Assert.Equal(new AnswerPiece("ab", [], FinishReason.Length, Tokens: 2), answer.Add('b', FinishReason.Length));
    }

    [Fact]
    public void Add_StopTextInTheTokenOfTheLimit_IsAStop()
    {
        var answer = Answer("ab");

        Assert.Equal(new AnswerPiece("", [], null), answer.Add('a', null));
        Assert.Equal(new AnswerPiece("", [], FinishReason.Stop), answer.Add('b', FinishReason.Length));
    }

    [Fact]
    public void Add_TokensOfAStopText_DoNotBelongToTheAnswer()
    {
        var answer = Answer("bcd");

        int[] belonging = ['a', 'b', 'b', 'c', 'd'];
        Assert.Equal([1, 0, 1, 0, 0], belonging.Select(token => answer.Add(token, null).Tokens));
    }

    [Fact]
    public void Add_TurnEndsWithACall_SaysSo()
    {
        var (answer, piece) = Calling("```tool_code\nnow()");

        Assert.Equal(new ParsedCall("now", "{}"), Assert.Single(piece.Calls));
        Assert.Null(piece.Finished);
        Assert.Equal(new AnswerPiece("", [], FinishReason.ToolCalls), answer.Add('z', FinishReason.Stop));
    }

    [Fact]
    public void Add_BlockOfCallsIsClosed_EndsTheAnswer()
    {
        var (answer, _) = Calling("```tool_code\nnow()\n``");

        Assert.Equal(new AnswerPiece("", [], FinishReason.ToolCalls, Tokens: 1), answer.Add('`', null));
    }

    [Fact]
    public void Add_CallCutByTheLimit_IsTextAndLength()
    {
        var (answer, piece) = Calling("```tool_code\nnow");

        Assert.Equal(new AnswerPiece("", [], null, Tokens: 1), piece);
        Assert.Equal(new AnswerPiece("```tool_code\nnow(", [], FinishReason.Length, Tokens: 1), answer.Add('(', FinishReason.Length));
    }

    [Fact]
    public void Add_StopTextWithinACall_IsTextAndStop()
    {
        var (answer, _) = Calling("```tool_code\nnow(", "()");

        Assert.Equal(new AnswerPiece("```tool_code\nnow", [], FinishReason.Stop), answer.Add(')', null));
    }

    private static (AnswerText Answer, AnswerPiece Last) Calling(string text, params string[] stops)
    {
        var parser = new ToolCodeParser([new ToolDefinition("now", null, default)], single: false);
        var answer = new AnswerText(new LetterDecoder(), StopText.Of([.. stops]), parser);
        return (answer, text.Aggregate(default(AnswerPiece), (_, letter) => answer.Add(letter, null)));
    }

    private static AnswerText Answer(params string[] stops) => new(new LetterDecoder(), StopText.Of([.. stops]), OutputParser.Plain);

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
