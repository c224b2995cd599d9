using System.Collections.Immutable;
using MlxActors.Models;
using MlxActors.Models.Media;

namespace MlxActors.Generation.Batching.Prefixes;

/// <summary>A medium of a path: where its tokens stand, and what it shows.</summary>
public readonly record struct MediaMark(int Position, int Length, ContentHash Hash);

/// <summary>What a model has read, or is to read: tokens, and for the tokens of media, which medium.</summary>
/// <param name="Media">In ascending order of position.</param>
public sealed record TokenPath(ImmutableArray<int> Tokens, ImmutableArray<MediaMark> Media)
{
    public int Length => Tokens.Length;

    /// <summary>The medium whose tokens begin at a position decides, beside the token: placeholders of all media are the same token.</summary>
    public PathUnit this[int position]
    {
        get
        {
            foreach (var mark in Media)
            {
                if (mark.Position <= position && position < mark.Position + mark.Length)
                {
                    return new PathUnit(Tokens[position], mark);
                }
            }
            return new PathUnit(Tokens[position], null);
        }
    }

    public static TokenPath Of(PreparedPrompt prompt) =>
        new(prompt.Tokens, [.. prompt.Media.Select(media => new MediaMark(media.Position, media.Length, media.Hash))]);

    public TokenPath Append(ReadOnlySpan<int> tokens) => this with { Tokens = [.. Tokens, .. tokens] };

    /// <summary>Up to where this path and another are the same, which they are known to be up to <paramref name="from"/>.</summary>
    /// <returns>A position in [<paramref name="from"/>, <paramref name="to"/>].</returns>
    public int CommonLength(TokenPath other, int from, int to)
    {
        var common = from + Tokens.AsSpan()[from..to].CommonPrefixLength(other.Tokens.AsSpan()[from..to]);
        for (var i = 0; i <= Math.Max(Media.Length, other.Media.Length); i++)
        {
            var (here, there) = (MarkBefore(i, common), other.MarkBefore(i, common));
            if (here != there)
            {
                return Math.Max(from, Math.Min(here?.Position ?? common, there?.Position ?? common));
            }
        }
        return common;
    }

    private MediaMark? MarkBefore(int index, int end) => index < Media.Length && Media[index].Position < end ? Media[index] : null;
}

/// <summary>One place of a path.</summary>
/// <param name="Medium">Null when the token is text.</param>
public readonly record struct PathUnit(int Token, MediaMark? Medium);
