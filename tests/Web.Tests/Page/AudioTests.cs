using Microsoft.Playwright;
using MlxActors.Generation;
using MlxActors.Golden;
using MlxActors.Models.Chat;
using MlxActors.Web.Tests.Page.Browsing;
using MlxActors.Web.Tests.Serving;
using static Microsoft.Playwright.Assertions;

namespace MlxActors.Web.Tests.Page;

/// <summary>A model that hears: the demo models do not, so that one stands in whose config says it does.</summary>
[Collection(Chromium.Collection)]
public sealed class AudioTests(Chromium chromium) : IDisposable
{
    private const string Clip = "audio/f32-16000-mono.wav";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _model = Directory.CreateTempSubdirectory("mlxactors-");

    public void Dispose() => _model.Delete(recursive: true);

    [SkippableFact]
    public async Task Clip_ChosenAsAFile_CanBeHeard_AndReachesTheModel()
    {
        var clip = Goldens.PathOf(Goldens.SkipWhenNone(Clip, "clip"));
        var script = Script.Of(new GenerationEvent.Text("A tone."), new GenerationEvent.Finished(FinishReason.Stop, new Usage(200, 3)));
        await using var server = await TestServer.StartAsync(script, Listening());

        await chromium.VisitAsync(server, async visit =>
        {
            await visit.Models.SelectOptionAsync(_model.FullName);
            await visit.AttachAsync(clip);
            await Expect(visit.Named("Attached files", AriaRole.List)).ToContainTextAsync(Path.GetFileName(clip));
            await visit.AskAsync("What do you hear?");

            await Expect(visit.Questions.Locator("audio")).ToHaveAttributeAsync("title", Path.GetFileName(clip));
            await Expect(visit.LastText).ToHaveTextAsync("A tone.");
        });

        using var patience = new CancellationTokenSource(Patience);
        var asked = Assert.IsType<Conversation>((await script.Requests.Reader.ReadAsync(patience.Token)).Prompt);
        Assert.Equal(await File.ReadAllBytesAsync(clip), Assert.Single(asked.Media).Content.ToArray());
    }

    private Web.Hosting.ServerPlan Listening()
    {
        File.WriteAllText(
            Path.Combine(_model.FullName, "config.json"), """{"model_type":"gemma3n","vision_config":{},"audio_config":{}}""");
        File.WriteAllText(Path.Combine(_model.FullName, "tokenizer.json"), "{}");
        File.WriteAllBytes(Path.Combine(_model.FullName, "model.safetensors"), new byte[1]);
        var plan = TestServer.Plan();
        return plan with { Choice = plan.Choice with { Catalog = plan.Choice.Catalog.WithFolder(_model.FullName) } };
    }
}
