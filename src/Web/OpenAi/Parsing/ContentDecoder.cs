using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Models.Chat;
using MlxActors.Native.Results;
using MlxActors.Web.OpenAi.Errors;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>
/// A message's content: a string, or an array of parts. Media are collected beside the messages, which point to them by index, as
/// <see cref="Conversation"/> has it; one decoder therefore serves one request.
/// </summary>
internal sealed class ContentDecoder
{
    private static readonly Decoder<string> Detail = Decode.OneOf("auto", "low", "high");
    private readonly ImmutableArray<MediaSource>.Builder _media = ImmutableArray.CreateBuilder<MediaSource>();

    public ImmutableArray<MediaSource> Media => _media.ToImmutable();

    public Decoder<ImmutableArray<ContentPart>> OfUser => Content(UserPart);

    /// <summary>Of every role but the user's.</summary>
    public static Decoder<ImmutableArray<ContentPart>> TextOnly { get; } = Content(ObjectReader.Decoder(part =>
        ReadKind(part, ["text", "refusal"]).Bind(kind => TextPart(part, kind))));

    private Decoder<ContentPart> UserPart => ObjectReader.Decoder(part =>
        ReadKind(part, ["text", "image_url", "input_audio", "video_url", "file"]).Bind(kind => kind switch
        {
            "text" => TextPart(part, kind),
            "image_url" => ImagePart(part),
            _ => Faults.NotSupported(part.PathOf("type"), $"parts of type '{kind}' are"),
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

    private Result<ContentPart, ApiError> ImagePart(ObjectReader part)
    {
        var image = part.Required("image_url", ObjectReader.Decoder(fields =>
        {
            var bytes = fields.Required("url", (value, path) =>
                Decode.Text(value, path).Bind(uri => InlineMedia.DataUri(uri, "image", path)));
            fields.Optional("detail", Detail);
            return fields.Finish(() => bytes);
        }));
        return part.Finish<ContentPart>(() =>
        {
            _media.Add(new MediaSource(image, part.PathOf("image_url")));
            return new ContentPart.Image(_media.Count - 1);
        });
    }
}
