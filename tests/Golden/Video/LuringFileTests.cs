using System.Net;
using System.Net.Sockets;
using MlxActors.Models.Media;

namespace MlxActors.Golden.Video;

/// <summary>Files that name other files and addresses (<c>must_not_read</c>): none is connected to, whatever they are sent in as.</summary>
public sealed class LuringFileTests
{
    /// <summary>The address that the files name.</summary>
    private static readonly IPEndPoint Named = new(IPAddress.Loopback, 9);

    public static TheoryData<string?> Files => Goldens.Rows(
        from corpus in new[] { new HostileCorpus("images/hostile"), new HostileCorpus("audio/hostile"), new HostileCorpus("video/hostile") }
        from file in corpus.Luring
        select $"{corpus.Folder}/{file}");

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void Decode_FileThatNamesAddresses_ConnectsToNone(string? name)
    {
        var content = File.ReadAllBytes(Goldens.PathOf(Goldens.SkipWhenNone(name, "hostile")));
        using var listener = Listen();

        LocalDecoder.Instance.Image(content, Transparency.Dropped, CancellationToken.None);
        LocalDecoder.Instance.Audio(content, sampleRate: 16_000, CancellationToken.None);
        LocalDecoder.Instance.Video(content, _ => [0], CancellationToken.None);

        Assert.False(listener.Pending(), $"{name} had {Named} connected to");
    }

    private static TcpListener Listen()
    {
        var listener = new TcpListener(Named);
        try
        {
            listener.Start();
        }
        catch (SocketException exception)
        {
            Skip.If(true, $"{Named} cannot be listened on: {exception.Message}");
        }
        return listener;
    }
}
