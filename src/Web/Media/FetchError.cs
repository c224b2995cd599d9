namespace MlxActors.Web.Media;

/// <summary>
/// Why a file was not fetched, in words for the client that named it. They tell nothing of the network that this server stands in: what an
/// address that is not allowed answers is never found out.
/// </summary>
internal abstract record FetchError
{
    private FetchError()
    {
    }

    public abstract string Message { get; }

    public sealed record Disabled : FetchError
    {
        public override string Message => "this server fetches no URLs; send the file as a data URI";
    }

    /// <summary>The URL itself is at fault, or the one that a redirect leads to.</summary>
    public sealed record BadUrl(string Problem) : FetchError
    {
        public override string Message => Problem;
    }

    public sealed record AddressNotAllowed : FetchError
    {
        public override string Message => "the host's address is not allowed: it is private, local or reserved";
    }

    public sealed record UnknownHost : FetchError
    {
        public override string Message => "the host's name could not be resolved";
    }

    public sealed record Unreachable : FetchError
    {
        public override string Message => "the host could not be reached, or broke the connection off";
    }

    public sealed record TooManyRedirects(int Most) : FetchError
    {
        public override string Message => $"there are more than {Most} redirects";
    }

    public sealed record BadStatus(int Status) : FetchError
    {
        public override string Message => $"the host answered with status {Status}";
    }

    public sealed record Encoded : FetchError
    {
        public override string Message => "the host sent the file in a content encoding, which it was asked not to do";
    }

    public sealed record TooLarge(long Most) : FetchError
    {
        public override string Message => $"the files fetched for one request may have at most {Most} bytes together";
    }

    public sealed record TooMany(int Found, int Most) : FetchError
    {
        public override string Message => $"one request may name at most {Most} URLs; this one names {Found}";
    }

    /// <summary>No answer began within the time for it.</summary>
    public sealed record Silent(TimeSpan Within) : FetchError
    {
        public override string Message => FormattableString.Invariant($"the host did not answer within {Within.TotalSeconds} seconds");
    }

    public sealed record TooSlow(TimeSpan Within) : FetchError
    {
        public override string Message => FormattableString.Invariant($"the file had not arrived after {Within.TotalSeconds} seconds");
    }

    public sealed record Empty : FetchError
    {
        public override string Message => "the file has no bytes";
    }
}
