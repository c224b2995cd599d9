using System.Collections.Immutable;
using MlxActors.Models.Chat;
using MlxActors.Native.Results;

namespace MlxActors.Models.Media;

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
}
