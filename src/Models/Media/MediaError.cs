namespace MlxActors.Models.Media;

/// <summary>Why a picture could not be taken in. <see cref="Message"/> names what was found and what was expected.</summary>
public abstract record MediaError
{
    private MediaError()
    {
    }

    public abstract string Message { get; }

    public sealed override string ToString() => Message;

    /// <summary>The bytes are those of another format, or of none that is known.</summary>
    public sealed record UnsupportedFormat(ImageFormat Found) : MediaError
    {
        public override string Message => $"unsupported image format: found {Found.Describe()}, expected PNG or JPEG";
    }

    /// <summary>The format is supported, this variant of it is not.</summary>
    public sealed record UnsupportedVariant(ImageFormat Format, string Found, string Expected) : MediaError
    {
        public override string Message => $"unsupported {Format.Describe()}: found {Found}, expected {Expected}";
    }

    /// <summary>The file breaks the rules of its format, or ends early.</summary>
    public sealed record Malformed(ImageFormat Format, string Problem) : MediaError
    {
        public override string Message => $"malformed {Format.Describe()}: {Problem}";
    }

    /// <summary>Decoding would cost more than <see cref="ImageLimits"/> allows; nothing was allocated for it.</summary>
    public sealed record TooLarge(ImageFormat Format, string Found, string Allowed) : MediaError
    {
        public override string Message => $"{Format.Describe()} is too large: found {Found}, at most {Allowed} allowed";
    }

    /// <summary>The picture is sound, but not of a form that the model takes.</summary>
    public sealed record UnusableShape(string Found, string Expected) : MediaError
    {
        public override string Message => $"unusable picture: found {Found}, expected {Expected}";
    }
}
