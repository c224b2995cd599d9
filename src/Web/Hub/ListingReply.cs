using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Models.Hub;
using MlxActors.Native.Results;

namespace MlxActors.Web.Hub;

/// <summary>The hub's answer to <c>GET /api/models/{id}/revision/{revision}?blobs=true</c>.</summary>
internal static class ListingReply
{
    private const int CommitDigits = 40;

    /// <returns>Or what is wrong with it, in words.</returns>
    public static Result<RepoListing, string> Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var reply = JsonDocument.Parse(json);
            return Read(reply.RootElement);
        }
        catch (JsonException)
        {
            return "no JSON";
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return "a listing that lacks a field";
        }
    }

    private static Result<RepoListing, string> Read(JsonElement reply)
    {
        var commit = reply.GetProperty("sha").GetString();
        if (commit is not { Length: CommitDigits } || !commit.All(char.IsAsciiHexDigit))
        {
            return "a listing without a commit";
        }
        var files = reply.GetProperty("siblings").EnumerateArray().Select(ReadFile).ToImmutableArray();
        return files.FirstOrDefault(file => file.File is null) is { Path: { } strange }
            ? $"no size or hash for {strange}"
            : new RepoListing(commit, [.. files.Select(file => file.File!)]);
    }

    private static (string Path, RepoFile? File) ReadFile(JsonElement file)
    {
        var path = file.GetProperty("rfilename").GetString() ?? "";
        var isLarge = file.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object;
        var id = isLarge ? lfs.GetProperty("sha256") : file.GetProperty("blobId");
        return BlobId.TryParse(id.GetString(), out var blob)
            && file.TryGetProperty("size", out var size) && size.TryGetInt64(out var bytes) && bytes >= 0
            ? (path, new RepoFile(path, bytes, blob))
            : (path, null);
    }
}
