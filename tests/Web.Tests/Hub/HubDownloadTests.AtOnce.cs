using System.Diagnostics;
using MlxActors.Web.Hub;

namespace MlxActors.Web.Tests.Hub;

/// <summary>Several files, several programs, one cache.</summary>
public sealed partial class HubDownloadTests
{
    private const int FilesAtOnce = 4;

    [Fact]
    public async Task Files_ComeSeveralAtATime()
    {
        // None is answered before all four are asked for.
        var (asked, all) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        HubTrouble together = async (hub, connection, request, cancellationToken) =>
        {
            if (Interlocked.Increment(ref asked) == FilesAtOnce)
            {
                all.TrySetResult();
            }
            await all.Task.WaitAsync(cancellationToken);
            await FakeHub.SendAsync(connection, "200 OK", hub.Wanted(request));
        };
        var shards = Enumerable.Range(1, FilesAtOnce).Select(i => $"model-0000{i}-of-00004.safetensors").ToArray();
        var map = string.Join(',', shards.Select((shard, i) => $"\"tensor{i}\":\"{shard}\""));
        await using var hub = new FakeHub()
            .With("config.json", """{"model_type":"gemma3"}""")
            .With("tokenizer.json", "{}")
            .With("model.safetensors.index.json", $$$"""{"weight_map":{{{{map}}}}}""");
        foreach (var (i, shard) in shards.Index())
        {
            hub.With(shard, [.. Enumerable.Repeat((byte)i, 2000)], isLarge: true);
            hub.Break(hub.PathOf(shard), together);
        }

        var snapshot = Ok(await PullAsync(Hurried, hub: hub));

        Assert.Equal(FilesAtOnce, asked);
        Assert.All(shards, shard => Assert.Equal(hub.ContentOf(shard), File.ReadAllBytes(Path.Combine(snapshot, shard))));
    }

    [Fact]
    public async Task TwoPullsAtOnce_FetchTheWeightsOnce()
    {
        var pulls = await Task.WhenAll(PullAsync(), PullAsync());

        Assert.Equal(Ok(pulls[0]), Ok(pulls[1]));
        await AssertWholeAsync(Ok(pulls[0]));
        Assert.Single(RangesOf(Weights));
    }

    [SkippableFact]
    public async Task LockOfAnotherProcess_AsHuggingFacesToolsTakeIt_IsWaitedFor()
    {
        Skip.IfNot(File.Exists("/usr/bin/flock"), "no flock on this machine");
        var path = Path.Combine(_disk.FullName, ".locks", "models--org--tiny-4bit", _hub.EtagOf(Weights) + ".lock");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var other = Process.Start(new ProcessStartInfo("/usr/bin/flock", [path, "sh", "-c", "echo held; read released"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", await other.StandardOutput.ReadLineAsync());
        var waited = false;

        var pulled = await PullAsync(Hurried, onEvent: happened =>
        {
            if (happened is PullEvent.Waiting)
            {
                waited = true;
                other.StandardInput.Close();
            }
        });

        await AssertWholeAsync(Ok(pulled));
        Assert.True(waited);
    }
}
