using Microsoft.Extensions.AI;

namespace MlxActors.InProcess.Tests;

/// <summary>An engine with the demo models, the same for all tests of a class.</summary>
public sealed class DemoEngine : IAsyncLifetime
{
    public const string Collection = "an engine with the demo models";

    private readonly MlxEngine _engine = MlxEngine.Start(new MlxEngineOptions
    {
        Model = "demo",
        Configuration = "mlxactors.engine { mode = exact, threads = 1 }",
    });

    public IChatClient Client => _engine.NewChatClient();

    public MlxEngine Engine => _engine;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _engine.DisposeAsync();
}

[CollectionDefinition(DemoEngine.Collection)]
public sealed class DemoEngineCollection : ICollectionFixture<DemoEngine>;
