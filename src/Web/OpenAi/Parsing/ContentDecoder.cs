using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using MlxActors.Http.Errors;
using MlxActors.Models.Chat;
using MlxActors.Native.Results;
using MlxActors.Web.Media;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>
/// A message's content: a string, or an array of parts. What refers to media is collected beside the messages, which point to it by index,
/// as <see cref="Conversation"/> has it; one decoder therefore serves one request.
/// </summary>
/// <param name="firstIndex">How many files of the conversation there are already.</param>
internal sealed class ContentDecoder(int firstIndex = 0)
{
    private readonly ImmutableArray<MediaReference>.Builder _media = ImmutableArray.CreateBuilder<MediaReference>();

    public ImmutableArray<MediaReference> Media => _media.ToImmutable();

    public Decoder<ImmutableArray<ContentPart>> OfUser => Content(UserPart);

    /// <summary>Of the user's items of a response.</summary>
    public Decoder<ImmutableArray<ContentPart>> OfInput => Content((value, path) => ObjectReader.Decoder(part =>
        ReadKind(part, ["input_text", "input_image", "input_audio", "input_file"]).Bind(kind => kind switch
        {
            "input_image" => InputImage(part),
            "input_audio" => MediaPart(part, kind, MediaFields.InputAudio, index => new ContentPart.Audio(index)),
            "input_file" => MediaFields.File(value, path).Map(Part),
            _ => TextPart(part, "text"),
        }))(value, path));

    /// <summary>Of a response's other items.</summary>
    public static Decoder<ImmutableArray<ContentPart>> InputTextOnly { get; } = Content(ObjectReader.Decoder(part =>
        ReadKind(part, ["input_text", "output_text", "refusal"]).Bind(kind => TextPart(part, kind == "refusal" ? kind : "text"))));

    /// <summary>Of every role but the user's.</summary>
    public static Decoder<ImmutableArray<ContentPart>> TextOnly { get; } = Content(ObjectReader.Decoder(part =>
        ReadKind(part, ["text", "refusal"]).Bind(kind => TextPart(part, kind))));

    private Decoder<ContentPart> UserPart => ObjectReader.Decoder(part =>
        ReadKind(part, ["text", "image_url", "input_audio", "audio_url", "video_url", "file"]).Bind(kind => kind switch
        {
            "image_url" => MediaPart(part, kind, MediaFields.Url, index => new ContentPart.Image(index)),
            "input_audio" => MediaPart(part, kind, MediaFields.InputAudio, index => new ContentPart.Audio(index)),
            "audio_url" => MediaPart(part, kind, MediaFields.Url, index => new ContentPart.Audio(index)),
            "video_url" => MediaPart(part, kind, MediaFields.Url, index => new ContentPart.Video(index)),
            "file" => FilePart(part),
            _ => TextPart(part, kind),
        }));

    private static Decoder<ImmutableArray<ContentPart>> Content(Decoder<ContentPart> part)
    {
        var parts = Decode.ListOf(part);
        return (value, path) => value.ValueKind switch
        {
            JsonValueKind.String => Decode.Text(value, path).Map(text => ImmutableArray.Create<ContentPart>(new ContentPart.Text(text))),
            JsonValueKind.Array when value.GetArrayLength() == 0 => Faults.EmptyArray(path),
            JsonValueKind.Array => parts(value, path),
            _ => Faults.WrongType(path, "a string or an array of parts", value),
        };
    }

    private static Result<string, ApiError> ReadKind(ObjectReader part, ImmutableArray<string> kinds)
    {
        var kind = part.Required("type", Decode.OneOf(kinds));
        return part.Finish(() => kind);
    }

    private static Result<ContentPart, ApiError> TextPart(ObjectReader part, string name)
    {
        var text = part.Required(name, Decode.Text);
        return part.Finish<ContentPart>(() => new ContentPart.Text(text));
    }

    private Result<ContentPart, ApiError> MediaPart(
        ObjectReader part, string name, Decoder<MediaReference> read, Func<int, ContentPart> partAt)
    {
        var file = part.Required(name, read);
        return part.Finish(() => partAt(Keep(file)));
    }

    private Result<ContentPart, ApiError> InputImage(ObjectReader part)
    {
        part.Demand(() => !part.Has("file_id"), () => Faults.NotSupported(part.PathOf("file_id"), "an image that is not sent along is"));
        part.Optional("detail", Decode.Text);
        return MediaPart(part, "image_url", MediaFields.Url, index => new ContentPart.Image(index));
    }

    private Result<ContentPart, ApiError> FilePart(ObjectReader part)
    {
        var file = part.Required("file", MediaFields.File);
        return part.Finish(() => Part(file));
    }

    private ContentPart Part((FileKind Kind, MediaReference File) file) => file.Kind switch
    {
        FileKind.Image => new ContentPart.Image(Keep(file.File)),
        FileKind.Audio => new ContentPart.Audio(Keep(file.File)),
        _ => throw new UnreachableException(),
    };

    private int Keep(MediaReference file)
    {
        _media.Add(file);
        return firstIndex + _media.Count - 1;
    }
}
