using MlxActors.Actors.Hosting;
using MlxActors.Models;
using MlxActors.Models.Caches;
using MlxActors.Models.Media;
using MlxActors.Native.Results;
using MlxActors.Native.Tensors;

namespace MlxActors.Web.Tests.Serving;

/// <summary>The whole server on the demo models, which a test may hold up or break: between load and load, step and step.</summary>
internal sealed class GatedServer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Called on the engine's thread with the checkpoint's name before it is loaded; may wait or throw.</summary>
    public Action<string, IProgress<double>, CancellationToken> OnLoad { get; set; } = (_, _, _) => { };

    /// <summary>Called on the engine's thread at the beginning of each step; may wait or throw.</summary>
    public Action<Batch> OnForward { get; set; } = _ => { };

    /// <summary>Called on the engine's thread before a medium is encoded; may wait or throw.</summary>
    public Action OnEncode { get; set; } = () => { };

    /// <summary>What the server counts.</summary>
    public ActorMetrics Metrics { get; } = new();

    /// <summary>One that is held up in the middle of an answer: what tells that it is there, and what lets it go on.</summary>
    public static (GatedServer Gate, TaskCompletionSource AtWork, TaskCompletionSource MayGoOn) HeldInAnAnswer()
    {
        var (atWork, mayGoOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var gate = new GatedServer
        {
            OnForward = batch =>
            {
                if (batch.Caches[0].Length > 20)
                {
                    atWork.TrySetResult();
                    mayGoOn.Task.Wait(Patience);
                }
            },
        };
        return (gate, atWork, mayGoOn);
    }

    public Task<TestServer> StartAsync(string overrides = "")
    {
        // Where a test holds the engine up, questions after its health must not wait for it.
        var plan = TestServer.Plan("mlxactors.http.health-deadline = 100ms\n" + overrides);
        return TestServer.StartAsync(plan with
        {
            Metrics = Metrics,
            AddActors = akka => akka.AddMlxActors(new MlxActorsOptions(
                plan.Choice.Catalog.Resolve,
                (directory, progress, cancellationToken) => Load(plan.Engine, directory, progress, cancellationToken),
                new MediaDecoder(ImageLimits.Default),
                Metrics)
            {
                Board = plan.Board,
            }),
        });
    }

    /// <summary>Waits until the health report, whatever its status, contains all the texts.</summary>
    public static Task HealthBecomesAsync(TestServer server, params string[] texts) => HealthBecomesAsync(server.Http, texts);

    /// <inheritdoc cref="HealthBecomesAsync(TestServer, string[])"/>
    public static async Task HealthBecomesAsync(HttpClient http, params string[] texts)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            using var response = await http.GetAsync("/health", patience.Token);
            var report = await response.Content.ReadAsStringAsync(patience.Token);
            if (texts.All(report.Contains))
            {
                return;
            }
            await Task.Delay(5, patience.Token);
        }
    }

    private Result<LoadedModel, LoadError> Load(
        EngineSettings engine, string directory, IProgress<double> progress, CancellationToken cancellationToken)
    {
        OnLoad(Path.GetFileName(directory), progress, cancellationToken);
        return engine.Load(directory, progress, cancellationToken)
            .Map(loaded => loaded with { Model = new GatedModel(loaded.Model, this) });
    }

    private sealed class GatedModel(IModel model, GatedServer gate) : IModel
    {
        public ModelInfo Info => model.Info;

        public long WeightBytes => model.WeightBytes;

        public SequenceCache NewCache() => model.NewCache();

        public Tensor? Forward(Batch batch)
        {
            gate.OnForward(batch);
            return model.Forward(batch);
        }

        public KeptTensor Encode(MediaInput input)
        {
            gate.OnEncode();
            return model.Encode(input);
        }

        public void Dispose() => model.Dispose();
    }
}
