namespace MlxActors.Models.Media;

/// <summary>Why a medium could not be taken in. <see cref="Message"/> names what was found and what was expected.</summary>
public abstract record MediaError
{
    private MediaError()
    {
    }

    public abstract string Message { get; }

    public sealed override string ToString() => Message;

    /// <summary>The bytes are those of a format that holds no such medium, or of none that is known.</summary>
    public sealed record UnsupportedFormat(MediaFormat Found, MediaKind Wanted) : MediaError
    {
        public override string Message =>
            $"unsupported {Wanted.Describe()} format: found {Found.Describe()}, expected {MediaKinds.DescribeFormats(Wanted)}";
    }

    /// <summary>Only ffmpeg decodes the format, and there is none to start.</summary>
    /// <param name="Why">Follows "ffmpeg, which": "is not on the PATH".</param>
    public sealed record NeedsFfmpeg(MediaFormat Found, MediaKind Wanted, string Why) : MediaError
    {
        public override string Message =>
            $"{Found.Describe()} needs ffmpeg, which {Why}: install ffmpeg (with its ffprobe), or {MediaKinds.DescribeOwn(Wanted)}";
    }

    /// <summary>ffmpeg was given the file, and ended without its content.</summary>
    /// <param name="Reason">What ffmpeg wrote last.</param>
    public sealed record Undecodable(MediaFormat Format, string Reason) : MediaError
    {
        public override string Message => $"{Format.Describe()} could not be decoded: {Reason}";
    }

    /// <summary>Decoding took longer than it may.</summary>
    public sealed record TimedOut(MediaFormat Format, TimeSpan Allowed) : MediaError
    {
        public override string Message => $"{Format.Describe()} took longer to decode than the {Allowed.TotalSeconds:0.###} seconds allowed";
    }

    /// <summary>The format is supported, this variant of it is not.</summary>
    public sealed record UnsupportedVariant(MediaFormat Format, string Found, string Expected) : MediaError
    {
        public override string Message => $"unsupported {Format.Describe()}: found {Found}, expected {Expected}";
    }

    /// <summary>The file breaks the rules of its format, or ends early.</summary>
    public sealed record Malformed(MediaFormat Format, string Problem) : MediaError
    {
        public override string Message => $"malformed {Format.Describe()}: {Problem}";
    }

    /// <summary>Decoding would cost more than <see cref="MediaLimits"/> allow; nothing was allocated for it.</summary>
    public sealed record TooLarge(MediaFormat Format, string Found, string Allowed) : MediaError
    {
        public override string Message => $"{Format.Describe()} is too large: found {Found}, at most {Allowed} allowed";
    }

    /// <summary>The picture is sound, but not of a form that the model takes.</summary>
    public sealed record UnusableShape(string Found, string Expected) : MediaError
    {
        public override string Message => $"unusable picture: found {Found}, expected {Expected}";
    }
}
