using System.Buffers;

namespace MlxActors.Http.Logging;

/// <summary>The id by which a request is found in answers and logs, from the client to the engine.</summary>
internal static class RequestIds
{
    public const string Header = "x-request-id";

    private const int Longest = 128;

    private static readonly SearchValues<char> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/+=@");

    /// <summary>A client's id as it is, when it is fit for headers and logs; else null.</summary>
    public static string? Parse(string? given) =>
        given is { Length: > 0 and <= Longest } && !given.AsSpan().ContainsAnyExcept(Characters) ? given : null;
}
