using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Gateway.Forwarding;

namespace MlxActors.Gateway.Tests.Forwarding;

/// <summary>A stream of events, cut into any portions, and broken off at any place.</summary>
public sealed class EventStreamTests
{
    private const string Events = "data: one\n\n: a comment\n\nevent: e\ndata: {\"ä\":2}\n\ndata: [DONE]\n\n";

    [Property(MaxTest = 300)]
    public Property AnyPortions_OfAWholeStream_ComeOutAsTheyWere() => Prop.ForAll(Cuts, Sizes, (cuts, size) =>
        Read(new Portions(Events, cuts, breaks: false), size) == (Events, StreamEnd.Complete));

    [Property(MaxTest = 300)]
    public Property StreamThatBreaks_GivesWholeEventsAndThenItsLastWords() => Prop.ForAll(Cuts, Sizes, (cuts, size) =>
    {
        var (text, end) = Read(new Portions(Events, cuts, breaks: true, length: cuts.Sum() + 11), size);
        var words = text.IndexOf("data: BROKEN ", StringComparison.Ordinal);
        return end == StreamEnd.Complete
            ? text.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal) && words < 0
            : Events.StartsWith(text[..words], StringComparison.Ordinal)
                && text[..words].EndsWith("\n\n", StringComparison.Ordinal)
                && text[words..] == $"data: BROKEN {text[..words].Split("\n\n").Length - 1}\n\n";
    });

    [Fact]
    public async Task StreamThatBreaksBeforeAnEvent_Throws()
    {
        await using var stream = Wrap(new Portions(Events, [3, 4], breaks: true, length: 7));

        await Assert.ThrowsAsync<IOException>(async () => await stream.ReadExactlyAsync(new byte[1]));
        Assert.Null(stream.End);
    }

    [Fact]
    public async Task NodeThatIsLostBeforeAnEvent_Throws()
    {
        await using var stream = Wrap(new Portions("data: ha", [100], breaks: false, hangs: true), lost: new CancellationToken(canceled: true));

        await Assert.ThrowsAsync<IOException>(async () => await stream.ReadExactlyAsync(new byte[1]));
        Assert.Null(stream.End);
    }

    [Fact]
    public void EventLargerThanTheBuffer_ComesOutWhole()
    {
        var large = $"data: {new string('x', 100_000)}\n\n";

        Assert.Equal((large, StreamEnd.Complete), Read(new Portions(large, [1000], breaks: false), 4096));
    }

    [Fact]
    public async Task GatewayThatGivesUp_EndsTheStreamWithItsLastWords()
    {
        using var over = new CancellationTokenSource();
        await using var stream = Wrap(new Portions("data: one\n\n", [100], breaks: false, hangs: true), over.Token);
        using var reader = new StreamReader(stream);

        Assert.Equal("data: one", await reader.ReadLineAsync());
        await over.CancelAsync();

        Assert.Equal("\ndata: GIVENUP 1\n\n", await reader.ReadToEndAsync());
        Assert.Equal(StreamEnd.GivenUp, stream.End);
    }

    [Fact]
    public async Task NodeThatFallsSilent_CountsAsBroken()
    {
        var inner = new Portions("data: one\n\n", [100], breaks: false, hangs: true);
        await using var stream = Wrap(inner, silence: TimeSpan.FromMilliseconds(1));
        using var reader = new StreamReader(stream);

        Assert.Equal("data: one\n\ndata: BROKEN 1\n\n", await reader.ReadToEndAsync());
        Assert.Equal(StreamEnd.Broken, stream.End);
    }

    private static Arbitrary<int[]> Cuts => Gen.Choose(1, 20).NonEmptyListOf().Select(cuts => cuts.ToArray()).ToArbitrary();

    private static Arbitrary<int> Sizes => Gen.Elements(1, 3, 64, 4096).ToArbitrary();

    private static (string Text, StreamEnd? End) Read(Stream inner, int size)
    {
        using var stream = Wrap(inner);
        using var text = new MemoryStream();
        stream.CopyToAsync(text, size).GetAwaiter().GetResult();
        return (Encoding.UTF8.GetString(text.ToArray()), stream.End);
    }

    private static EventStream Wrap(
        Stream inner, CancellationToken over = default, TimeSpan? silence = null, CancellationToken lost = default) => new(
        inner,
        (end, events) => Encoding.UTF8.GetBytes($"data: {end.ToString().ToUpperInvariant()} {events}\n\n"),
        _ => { },
        silence ?? Timeout.InfiniteTimeSpan,
        lost,
        over);

    /// <summary>A text in portions of these sizes, again and again; then its end, or none.</summary>
    private sealed class Portions(string text, int[] sizes, bool breaks, int length = int.MaxValue, bool hangs = false) : MemoryStream
    {
        private readonly byte[] _bytes = Encoding.UTF8.GetBytes(text);
        private int _place;
        private int _portion;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var left = Math.Min(_bytes.Length, length) - _place;
            if (left == 0 && hangs)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            if (left == 0 && breaks)
            {
                throw new IOException("broke");
            }
            var count = Math.Min(Math.Min(left, buffer.Length), sizes[_portion++ % sizes.Length]);
            _bytes.AsMemory(_place, count).CopyTo(buffer);
            _place += count;
            return count;
        }
    }
}
