using System.Collections.Frozen;
using Akka.Configuration;
using MlxActors.Native.Results;

namespace MlxActors.Web.Media;

/// <summary>Rules and limits for files named by URL: the section <c>mlxactors.media.fetch</c>, whose keys say more.</summary>
/// <param name="AllowHosts">Hosts whose addresses are not looked at.</param>
/// <param name="MaxBytes">Of all files of one request together.</param>
/// <param name="Timeout">From a URL's first look-up to its last byte, redirects included.</param>
/// <param name="FirstByteTimeout">From the first look-up to the head of an answer, for each redirect anew.</param>
/// <param name="Concurrent">URLs of one request that are fetched at a time.</param>
internal sealed record FetchSettings(
    bool Enabled,
    bool AllowPrivateAddresses,
    FrozenSet<string> AllowHosts,
    int MaxUrls,
    long MaxBytes,
    TimeSpan Timeout,
    TimeSpan FirstByteTimeout,
    int MaxRedirects,
    int Concurrent)
{
    private const string Section = "mlxactors.media.fetch";

    public static Result<FetchSettings, string> Read(Config config)
    {
        try
        {
            return Check(config.GetConfig(Section));
        }
        catch (Exception e) when (e is FormatException or OverflowException or NotSupportedException or ConfigurationException)
        {
            return Result.Error<FetchSettings, string>($"A value in the section {Section} cannot be read: {e.Message}");
        }
    }

    private static Result<FetchSettings, string> Check(Config section)
    {
        var settings = new FetchSettings(
            section.GetBoolean("enabled"),
            section.GetBoolean("allow-private-addresses"),
            section.GetStringList("allow-hosts").ToFrozenSet(StringComparer.OrdinalIgnoreCase),
            section.GetInt("max-urls", 0),
            section.GetByteSize("max-bytes") ?? 0,
            section.GetTimeSpan("timeout", null, allowInfinite: false),
            section.GetTimeSpan("first-byte-timeout", null, allowInfinite: false),
            section.GetInt("max-redirects", -1),
            section.GetInt("concurrent", 0));
        return settings.MaxUrls < 1 ? Wrong("max-urls", "a whole number, at least 1")
            : settings.MaxBytes is < 1 or > int.MaxValue ? Wrong("max-bytes", "a size such as 64MiB, below 2GiB")
            : settings.Timeout <= TimeSpan.Zero ? Wrong("timeout", "a duration above zero, such as 30s")
            : settings.FirstByteTimeout <= TimeSpan.Zero ? Wrong("first-byte-timeout", "a duration above zero, such as 10s")
            : settings.MaxRedirects < 0 ? Wrong("max-redirects", "a whole number, at least 0")
            : settings.Concurrent < 1 ? Wrong("concurrent", "a whole number, at least 1")
            : Result.Ok<FetchSettings, string>(settings);
    }

    private static Result<FetchSettings, string> Wrong(string key, string expected) =>
        Result.Error<FetchSettings, string>($"{Section}.{key}: expected {expected}.");
}
