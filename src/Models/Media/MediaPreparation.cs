using System.Collections.Immutable;
using MlxActors.Models.Chat;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media;

/// <summary>What a tower encodes at a time: a picture, a clip, or a group of a video's frames.</summary>
/// <param name="Hash">See <see cref="PreparedMedia"/>.</param>
internal readonly record struct MediaPiece(MediaInput Input, ContentHash Hash);

/// <summary>Brings the media of a conversation to a model's form, each file once however often the prompt shows it.</summary>
internal static class MediaPreparation
{
    /// <summary>What <paramref name="prepare"/> makes of each file named, by its index; or the fault of the first that cannot be used.</summary>
    /// <param name="indices">Places in <paramref name="media"/>; repetition is allowed.</param>
    public static Result<IReadOnlyDictionary<int, T>, PromptError> PrepareEach<T>(
        this ImmutableArray<MediaSource> media,
        IEnumerable<int> indices,
        Func<MediaSource, Result<T, MediaError>> prepare,
        CancellationToken cancellationToken)
    {
        var prepared = new Dictionary<int, T>();
        foreach (var index in indices.Distinct())
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (prepare(media[index]))
            {
                case Result<T, MediaError>.Ok(var value):
                    prepared.Add(index, value);
                    break;
                case Result<T, MediaError>.Error(var error):
                    return new PromptError(error.Message, media[index].Field);
            }
        }
        return prepared;
    }

    /// <summary>A file that is encoded whole.</summary>
    public static ImmutableArray<MediaPiece> Whole(this MediaSource source, MediaInput input) =>
        [new MediaPiece(input, ContentHash.Of(source.Content.Span))];

    /// <summary>A file that is encoded part by part.</summary>
    public static ImmutableArray<MediaPiece> Parts(this MediaSource source, IEnumerable<MediaInput> parts)
    {
        var file = ContentHash.Of(source.Content.Span);
        return [.. parts.Select((part, index) => new MediaPiece(part, file.Part(index)))];
    }

    /// <summary>The prompt with what stands at each place.</summary>
    /// <param name="piecesOf">The pieces of a file, by its place in the conversation's media.</param>
    public static PreparedPrompt With(this TokenizedPrompt prompt, Func<int, ImmutableArray<MediaPiece>> piecesOf) =>
        new(prompt.Tokens, [.. prompt.Media.Select(place => Place(piecesOf(place.Index)[place.Piece], place))]);

    private static PreparedMedia Place(MediaPiece piece, MediaPlace place) => new(place.Position, place.Length, piece.Input, piece.Hash);
}
