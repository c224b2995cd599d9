using System.Collections.Immutable;
using MlxActors.Generation;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Stopping;
using MlxActors.Golden.Processors;
using MlxActors.Golden.Prompts;
using MlxActors.Models;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Native.Cpu;

namespace MlxActors.Golden.Batching;

/// <summary>A request of a mix.</summary>
/// <param name="Request">Which of the model's requests it is.</param>
/// <param name="Step">Before which step it comes.</param>
/// <param name="LeavesBefore">Before which step its client goes away; null when it stays.</param>
public sealed record Arrival(int Request, int Step, int? LeavesBefore);

/// <summary>Requests that come and go, and how the engine is set up.</summary>
public sealed record Mix(ImmutableArray<Arrival> Arrivals, BatchLimits Limits)
{
    public override string ToString() => $"{Limits}: {string.Join(", ", Arrivals)}";
}

/// <summary>A demo model in exact mode, requests with and without media, and the answer that each gets alone.</summary>
internal sealed class DemoBatches : IDisposable
{
    private const int MaxTokens = 5;
    private const int LongestPrompt = 4096;

    private readonly LoadedModel _model;
    private readonly ListeningModel _listening;
    private readonly ImmutableArray<PreparedPrompt> _prompts;
    private readonly ImmutableArray<Lazy<Answer>> _alone;

    public DemoBatches(string name, IMediaDecoder decoder, IEnumerable<Conversation> conversations)
    {
        var backend = new CpuBackend(new CpuOptions(CpuMode.Exact, Threads: 1));
        var loaded = Qwen3VlFixture.Ok(ModelLoader.Load(Path.Combine(Goldens.Repository, "models", name), backend, default));
        _listening = new ListeningModel(loaded.Model, backend);
        _model = loaded with { Model = _listening };
        _prompts =
        [
            .. conversations.Select(conversation =>
                Qwen3VlFixture.Ok(_model.Processor.Prepare(conversation, decoder, default))),
        ];
        _alone = [.. _prompts.Select((_, index) => new Lazy<Answer>(() => Run(Alone(index))[0]))];
    }

    public int Count => _prompts.Length;

    /// <summary>Conversations of the demo fixtures with so many images, the shortest first.</summary>
    public static IEnumerable<Conversation> Shortest(string name, int images, int count) =>
        Goldens.Lines(Goldens.PathOf("demo", $"{name}.jsonl"))
            .OrderBy(row => row.GetProperty("prompt_ids").GetArrayLength())
            .Select(row => ConversationJson.Read(row, url => File.ReadAllBytes(Goldens.PathOf("demo", url))))
            .Where(conversation => conversation.Media.Length == images)
            .Take(count);

    public static Conversation About(MediaSource video, string question) =>
        new([new ChatMessage(Role.User, [new ContentPart.Video(0), new ContentPart.Text(question)], [])], [], [video]);

    public PreparedPrompt Prompt(int index) => _prompts[index];

    /// <summary>The text of a prompt, its control tokens left out.</summary>
    public string TextOf(int index)
    {
        var decoder = _model.Processor.NewDecoder();
        return string.Concat(_prompts[index].Tokens.Select(decoder.Add)) + decoder.Flush();
    }

    /// <summary>Holds the answers of a mix against those alone, bit for bit.</summary>
    public void AssertEachAsAlone(Mix mix)
    {
        foreach (var (arrival, answer) in mix.Arrivals.Zip(Run(mix)))
        {
            var alone = _alone[arrival.Request].Value;
            var told = arrival.LeavesBefore is null ? alone.Tokens.Count : answer.Tokens.Count;
            Assert.Equal(alone.Tokens.Take(told), answer.Tokens);
            Assert.Equal(alone.Logits.Take(told), answer.Logits);
        }
    }

    public void Dispose() => _model.Dispose();

    /// <summary>The whole prompt in one chunk.</summary>
    private static Mix Alone(int request) =>
        new([new Arrival(request, 0, null)], new BatchLimits(MaxBatch: 1, LongestPrompt, KvBytes: null, FeatureBytes: 0));

    private IReadOnlyList<Answer> Run(Mix mix)
    {
        using var runner = new BatchRunner(_model, mix.Limits);
        var requests = mix.Arrivals.Select(arrival => RequestOf(arrival.Request)).ToArray();
        var answers = requests.ToDictionary(request => request.Id, _ => new Answer([], []));
        var lastArrival = mix.Arrivals.Max(arrival => arrival.Step);
        for (var step = 0; step <= lastArrival || runner.HasWork; step++)
        {
            foreach (var (arrival, request) in mix.Arrivals.Zip(requests))
            {
                if (arrival.Step == step)
                {
                    runner.Admit(request);
                }
                if (arrival.LeavesBefore == step)
                {
                    runner.Remove(request.Id);
                }
            }
            runner.Step();
            Assert.Empty(runner.Failed.ToArray());
            foreach (var (row, sampled) in runner.Sampled.ToArray().Index())
            {
                answers[sampled.Id].Tokens.Add(sampled.Token);
                answers[sampled.Id].Logits.Add(_listening.Logits[row]);
            }
        }
        return [.. requests.Select(request => answers[request.Id])];
    }

    /// <summary>Every second one draws its tokens, with a seed of its own.</summary>
    private SequenceRequest RequestOf(int index)
    {
        var sampling = index % 2 == 0
            ? SamplingPolicy.Resolve(SamplingOptions.Unset with { Temperature = 0 }, SamplingDefaults.Silent, 0)
            : SamplingPolicy.Resolve(SamplingOptions.Unset with { Temperature = 1.5 }, SamplingDefaults.Silent, (ulong)index);
        return new SequenceRequest(RequestId.New(), _prompts[index], sampling, new TokenLimits([], MaxTokens), MaxTokens);
    }

    private sealed record Answer(List<int> Tokens, List<float[]> Logits);
}
