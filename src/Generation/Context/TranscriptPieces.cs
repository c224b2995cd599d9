using System.Collections.Immutable;

namespace MlxActors.Generation.Context;

/// <summary>A line of a transcript.</summary>
/// <param name="Tokens">What it takes in a prompt.</param>
public readonly record struct TranscriptLine(string Text, int Tokens);

/// <summary>Cuts a transcript that is longer than one summary can be asked of into pieces.</summary>
public static class TranscriptPieces
{
    private const double MostOfTheWindow = 0.4;
    private const double Piece = 0.1;
    private const int LeastPiece = 200;

    /// <summary>
    /// Tokens of a piece: a transcript that takes at most 40 % of the window is one piece. Of a longer one each takes a tenth, because small
    /// models lose facts in long pieces: the demo models keep a name and a city with a tenth, and not with twice as much.
    /// </summary>
    public static int LongestPiece(int window, int transcript)
    {
        var most = (int)(window * MostOfTheWindow);
        return transcript <= most ? most : Math.Min(most, Math.Max((int)(window * Piece), LeastPiece));
    }

    /// <summary>A message as lines of a piece's length at most: a longer message is parted, at the nearest middle of a word.</summary>
    /// <param name="count">Tokens of a text.</param>
    public static IEnumerable<TranscriptLine> Lines(string message, int longest, Func<string, int> count)
    {
        var tokens = count(message);
        if (tokens <= longest || message.Length < 2)
        {
            return [new TranscriptLine(message, tokens)];
        }
        var middle = message.LastIndexOf(' ', message.Length / 2) is > 0 and var space ? space : message.Length / 2;
        if (char.IsLowSurrogate(message[middle]))
        {
            middle--;
        }
        return middle == 0
            ? [new TranscriptLine(message, tokens)]
            : Lines(message[..middle], longest, count).Concat(Lines(message[middle..], longest, count));
    }

    /// <summary>Where the piece that begins at line <paramref name="first"/> ends: at least one line on, however long that is.</summary>
    /// <param name="taken">Tokens of the piece that the summary so far takes.</param>
    public static int End(ImmutableArray<TranscriptLine> lines, int first, int taken, int longest)
    {
        var end = first;
        for (var tokens = taken; end < lines.Length && (end == first || tokens + lines[end].Tokens <= longest); end++)
        {
            tokens += lines[end].Tokens;
        }
        return end;
    }
}
