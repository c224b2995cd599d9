using System.Collections.Immutable;
using System.Text.Json;
using MlxActors.Actors.Hosting;
using MlxActors.Generation;
using MlxActors.Golden;
using MlxActors.Models.Chat;
using MlxActors.Native.Cpu;

namespace MlxActors.Actors.Tests;

/// <summary>The demo checkpoints through the actors, on the CPU, in exact mode: they answer as the reference implementation does.</summary>
public sealed class DemoModelSpec() : ActorSpec(
    "mlxactors.engine { max-batch = 6, prefill-chunk = 32 }",
    "mlxactors.supervisor.max-queue = 100")
{
    private const int MaxTokens = 240;

    private const int LongestPrompt = 40;
    private const int LongestReply = 12;

    public static TheoryData<string?> Files => Goldens.Files("demo", "*.jsonl");

    protected override MlxActorsOptions Options => DemoModels.Options(new CpuOptions(CpuMode.Exact, Threads: 1));

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public async Task Conversations_that_come_together_get_the_answers_of_the_reference(string? file)
    {
        var path = Path.Combine(Goldens.Root, Goldens.SkipWhenNone(file, "demo conversation"));
        var cases = Goldens.Lines(path)
            .Where(line => !line.TryGetProperty("tools", out _) && IsShort(line))
            .ToList();
        var model = Path.GetFileNameWithoutExtension(path);
        var requests = cases.Select(line => RequestOf(model, line.GetProperty("messages"), Path.GetDirectoryName(path)!));

        var answers = await Task.WhenAll(requests.Select(Answer));

        foreach (var (line, events) in cases.Zip(answers))
        {
            var finished = Assert.IsType<GenerationEvent.Finished>(events[^1]);
            Assert.Equal(line.GetProperty("reply").GetString(), TextOf(events));
            Assert.Equal(line.GetProperty("prompt_ids").GetArrayLength(), finished.Usage.PromptTokens);
            Assert.Equal(line.GetProperty("reply_ids").GetArrayLength(), finished.Usage.CompletionTokens);
        }
    }

    /// <summary>Short conversations, some with an image, are enough to fill the batch many times; the others are had over HTTP.</summary>
    private static bool IsShort(JsonElement line) =>
        line.GetProperty("prompt_ids").GetArrayLength() <= LongestPrompt && line.GetProperty("reply_ids").GetArrayLength() <= LongestReply;

    private static GenerationRequest RequestOf(string model, JsonElement messages, string folder)
    {
        var media = ImmutableArray.CreateBuilder<MediaSource>();
        var chat = messages.EnumerateArray().Select(message => MessageOf(message, folder, media)).ToImmutableArray();
        var request = Request(model, new Conversation(chat, [], media.ToImmutable()), MaxTokens);
        return request with { Sampling = SamplingOptions.Unset with { Temperature = 0 } };
    }

    private static ChatMessage MessageOf(JsonElement message, string folder, ImmutableArray<MediaSource>.Builder media)
    {
        var role = Enum.Parse<Role>(message.GetProperty("role").GetString()!, ignoreCase: true);
        var content = message.GetProperty("content");
        return content.ValueKind is JsonValueKind.String
            ? ChatMessage.Of(role, content.GetString()!)
            : new ChatMessage(role, [.. content.EnumerateArray().Select(part => PartOf(part, folder, media))], []);
    }

    private static ContentPart PartOf(JsonElement part, string folder, ImmutableArray<MediaSource>.Builder media)
    {
        if (part.GetProperty("type").GetString() is "text")
        {
            return new ContentPart.Text(part.GetProperty("text").GetString()!);
        }
        var url = part.GetProperty("image_url").GetProperty("url").GetString()!;
        media.Add(new MediaSource(File.ReadAllBytes(Path.Combine(folder, url)), "messages"));
        return new ContentPart.Image(media.Count - 1);
    }
}
