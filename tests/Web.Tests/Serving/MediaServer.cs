using System.Text.Json;

namespace MlxActors.Web.Tests.Serving;

/// <summary>A server that may fetch from loopback, and that knows a checkpoint which takes only text.</summary>
[CollectionDefinition(Collection)]
public sealed class MediaServer : IAsyncLifetime, ICollectionFixture<MediaServer>
{
    public const string Collection = "media server";

    private readonly TextOnlyCheckpoint _textOnly = new(TestServer.Plan().Choice.Model.Directory);
    private TestServer? _server;

    internal HttpClient Http => _server?.Http ?? throw new InvalidOperationException("not started");

    /// <summary>A model without a vision tower.</summary>
    internal string TextOnly => _textOnly.Folder;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(TestServer.Plan(
        $"""
        mlxactors.models.folders = [{JsonSerializer.Serialize(_textOnly.Folder)}]
        mlxactors.media.fetch.allow-private-addresses = on
        """));

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.StopAsync();
            await _server.DisposeAsync();
        }
        _textOnly.Dispose();
    }
}
