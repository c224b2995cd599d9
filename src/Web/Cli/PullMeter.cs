using System.Collections.Concurrent;
using System.Globalization;
using MlxActors.Models.Hub;
using MlxActors.Web.Hub;

namespace MlxActors.Web.Cli;

/// <summary>How far a download is, from its events.</summary>
internal sealed class PullMeter(TimeProvider clock)
{
    private readonly ConcurrentDictionary<BlobId, long> _bytes = [];
    private DownloadPlan? _plan;
    private long _started;
    private long _startBytes;

    public long Total => _plan?.TotalBytes ?? 0;

    public long Done => _plan?.Files.Sum(planned => _bytes.GetValueOrDefault(planned.File.Blob, planned.Have)) ?? 0;

    /// <summary>What this run has brought, without what was here before it; a file that begins anew may take from that.</summary>
    public long Brought => Math.Max(0, Done - _startBytes);

    public void Add(PullEvent happened)
    {
        switch (happened)
        {
            case PullEvent.Planned(var plan):
                (_plan, _started) = (plan, clock.GetTimestamp());
                _startBytes = Done;
                break;
            case PullEvent.Received(var file, var bytes):
                _bytes[file.Blob] = bytes;
                break;
        }
    }

    /// <summary>One line: share, bytes, rate over the whole time, time that is left at this rate.</summary>
    public string Describe()
    {
        var (done, total, seconds) = (Done, Total, clock.GetElapsedTime(_started).TotalSeconds);
        var rate = seconds > 0 ? (done - _startBytes) / seconds : 0;
        var left = rate > 0 ? $", {Clock(TimeSpan.FromSeconds((total - done) / rate))} left" : "";
        var share = total == 0 ? 100 : 100.0 * done / total;
        return string.Create(
            CultureInfo.InvariantCulture, $"{share:0} %, {ByteText.Of(done)} of {ByteText.Of(total)}, {ByteText.Of((long)rate)}/s{left}");
    }

    private static string Clock(TimeSpan time) => string.Create(
        CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}");
}
