using System.Threading.Channels;
using Akka.Streams.Implementation.Sinks;
using Akka.Streams.Implementation.Sources;

namespace Akka.Streams.Dsl;

public static class ChannelSource
{
    public static Source<T, NotUsed> FromReader<T>(ChannelReader<T> reader) => Source.Of(island => new ReaderSource<T>(island, reader));

    public static Source<T, ChannelWriter<T>> Create<T>(
        int bufferSize, bool singleWriter = false, BoundedChannelFullMode fullMode = BoundedChannelFullMode.Wait) =>
        new(island =>
        {
            var options = new BoundedChannelOptions(bufferSize) { SingleWriter = singleWriter, SingleReader = true, FullMode = fullMode };
            var channel = Channel.CreateBounded<T>(options);
            return (new ReaderSource<T>(island, channel.Reader), channel.Writer);
        });
}

public static class ChannelSink
{
    public static Sink<T, NotUsed> FromWriter<T>(ChannelWriter<T> writer, bool isOwner) => new((island, upstream) =>
    {
        _ = new WriterSink<T>(island, upstream, writer, isOwner);
        return NotUsed.Instance;
    });

    public static Sink<T, ChannelReader<T>> AsReader<T>(
        int bufferSize, bool singleReader = false, BoundedChannelFullMode fullMode = BoundedChannelFullMode.Wait) =>
        new((island, upstream) =>
        {
            var options = new BoundedChannelOptions(bufferSize) { SingleWriter = true, SingleReader = singleReader, FullMode = fullMode };
            var channel = Channel.CreateBounded<T>(options);
            _ = new WriterSink<T>(island, upstream, channel.Writer, isOwner: true);
            return channel.Reader;
        });
}
