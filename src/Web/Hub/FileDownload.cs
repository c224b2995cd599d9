using System.Buffers;
using System.Net;
using MlxActors.Models.Hub;
using MlxActors.Native.Results;

namespace MlxActors.Web.Hub;

/// <summary>One attempt at one file: goes on where the last one ended, checks the bytes, and puts the whole file in its place.</summary>
internal sealed class FileDownload(HubClient client, RepoFolder folder, string commit, DownloadTerms terms)
{
    private const int BufferBytes = 1 << 18;

    /// <param name="report">Called with the bytes that are there so far.</param>
    public async Task<Result<RepoFile, HubError>> AttemptAsync(RepoFile file, Action<long> report, CancellationToken cancellationToken)
    {
        var path = folder.Incomplete(file.Blob);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            using var hasher = new BlobHasher(file);
            await using (var target = terms.Open(path))
            {
                await RereadAsync(target, file, hasher, buffer, cancellationToken);
                report(target.Position);
                if (target.Position < file.Size
                    && await FetchAsync(target, file, hasher, buffer, report, cancellationToken) is { } error)
                {
                    return error;
                }
            }
            if (!hasher.Matches())
            {
                File.Delete(path);
                report(0);
                return new HubError.Corrupt(file.Path);
            }
            File.Move(path, folder.Blob(file.Blob), overwrite: true);
            return file;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // What an earlier attempt left, so that the hash is over all of it.
    private static async Task RereadAsync(
        Stream target, RepoFile file, BlobHasher hasher, byte[] buffer, CancellationToken cancellationToken)
    {
        if (target.Length > file.Size)
        {
            target.SetLength(0);
        }
        while (await target.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            hasher.Append(buffer.AsSpan(0, count));
        }
    }

    private async Task<HubError?> FetchAsync(
        Stream target, RepoFile file, BlobHasher hasher, byte[] buffer, Action<long> report, CancellationToken cancellationToken)
    {
        var opened = await client.OpenAsync(folder.Id, commit, file.Path, target.Position, cancellationToken);
        if (opened is Result<HttpResponseMessage, HubError>.Error(var error))
        {
            return error;
        }
        using var response = ((Result<HttpResponseMessage, HubError>.Ok)opened).Value;
        if (target.Position > 0 && !ContinuesAt(response, target.Position))
        {
            // The whole file comes, whatever was asked for.
            target.SetLength(0);
            hasher.Restart();
        }
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        while (true)
        {
            int count;
            try
            {
                stalled.CancelAfter(terms.Patience);
                count = await body.ReadAsync(buffer, stalled.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return new HubError.Broken(file.Path, "nothing came for a while");
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                return new HubError.Broken(file.Path, e.Message);
            }
            if (count == 0)
            {
                return target.Position == file.Size ? null : new HubError.Broken(file.Path, "it ended early");
            }
            if (target.Position + count > file.Size)
            {
                target.SetLength(0);
                return new HubError.Corrupt(file.Path);
            }
            await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            hasher.Append(buffer.AsSpan(0, count));
            report(target.Position);
        }
    }

    private static bool ContinuesAt(HttpResponseMessage response, long offset) =>
        response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == offset;
}
