using System.Text.Json;
using MlxActors.Http.Errors;
using MlxActors.Native.Results;
using MlxActors.Web.Media;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>The fields of content parts that hold a file. None is opened or fetched here.</summary>
internal static class MediaFields
{
    private static readonly Decoder<string> Detail = Decode.OneOf("auto", "low", "high");

    /// <summary><c>{"url": …}</c>; also the URL alone, as many clients send it.</summary>
    public static Decoder<MediaReference> Url { get; } = (value, path) => value.ValueKind == JsonValueKind.String
        ? Decode.Text(value, path).Bind(text => MediaText.Reference(text, path, path))
        : ObjectReader.Decoder(fields =>
        {
            var file = fields.Required("url", (url, urlPath) =>
                Decode.Text(url, urlPath).Bind(text => MediaText.Reference(text, urlPath, path)));
            fields.Optional("detail", Detail);
            return fields.Finish(() => file);
        })(value, path);

    /// <summary><c>{"data": …, "format": …}</c>.</summary>
    public static Decoder<MediaReference> InputAudio { get; } = (value, path) => ObjectReader.Decoder(fields =>
    {
        var content = fields.Required("data", (data, dataPath) =>
            Decode.Text(data, dataPath).Bind(text => MediaText.Base64(text, dataPath)));
        fields.Optional("format", Decode.Text);
        return fields.Finish<MediaReference>(() => new MediaReference.Inline(content, path));
    })(value, path);

    /// <summary><c>{"file_data": …}</c> with an image or a clip as a data URI, and which of the two it declares to be.</summary>
    public static Decoder<(FileKind Kind, MediaReference File)> File { get; } = (value, path) => ObjectReader.Decoder(fields =>
    {
        var data = fields.Optional("file_data", Decode.Text);
        var dataPath = fields.PathOf("file_data");
        fields.Optional("filename", Decode.Text);
        return fields.Finish(() => data).Bind(data => data is null
            ? Faults.NotSupported(path, "files without 'file_data' are")
            : MediaText.DataUri(data, dataPath).Bind(file => KindOf(file.MediaType) is { } kind
                ? Result.Ok<(FileKind, MediaReference), ApiError>((kind, new MediaReference.Inline(file.Content, path)))
                : Faults.NotSupported(dataPath, "files other than images and audio are")));
    })(value, path);

    private static FileKind? KindOf(string mediaType) =>
        mediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase) ? FileKind.Image
        : mediaType.StartsWith("audio/", StringComparison.OrdinalIgnoreCase) ? FileKind.Audio
        : null;
}

/// <summary>What a file part can hold.</summary>
internal enum FileKind
{
    Image,
    Audio,
}
