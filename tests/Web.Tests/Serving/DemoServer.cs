namespace MlxActors.Web.Tests.Serving;

/// <summary>One server on the demo model, real from socket to tensor, for all tests that want one: they run one after the other.</summary>
[CollectionDefinition(Collection)]
public sealed class DemoServer : IAsyncLifetime, ICollectionFixture<DemoServer>
{
    public const string Collection = "demo server";

    private TestServer? _server;

    internal HttpClient Http => Server.Http;

    internal Uri Address => Server.Address;

    private TestServer Server => _server ?? throw new InvalidOperationException("not started");

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(TestServer.Plan());

    public async Task DisposeAsync()
    {
        await Server.StopAsync();
        await Server.DisposeAsync();
    }
}
