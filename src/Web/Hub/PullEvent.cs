using MlxActors.Models.Hub;

namespace MlxActors.Web.Hub;

/// <summary>What happens while a model is downloaded, for whoever shows it. Comes from several threads.</summary>
internal abstract record PullEvent
{
    private PullEvent()
    {
    }

    /// <summary>The size is known; the download begins.</summary>
    public sealed record Planned(DownloadPlan Plan) : PullEvent;

    /// <summary>So many of a file's bytes are on this machine; fewer than before when a file begins anew.</summary>
    public sealed record Received(RepoFile File, long Bytes) : PullEvent;

    /// <summary>Another program downloads the same file.</summary>
    public sealed record Waiting(RepoFile File) : PullEvent;

    public sealed record Retrying(HubError Error, TimeSpan Delay) : PullEvent;
}
