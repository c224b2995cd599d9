using MlxActors.Generation;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Batching.Prefixes;
using MlxActors.Generation.Constraints.Masks;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Stopping;
using MlxActors.Golden.Families;
using MlxActors.Models;
using MlxActors.Models.Media;
using MlxActors.Native.Cpu;
using MlxActors.Native.Tensors;

namespace MlxActors.Golden.Batching;

/// <summary>
/// The small checkpoints of all families, whose windows are short: prompts that begin like those before them, with images and audio, part
/// from them anywhere, or go on behind their answers, have bit for bit the logits that they have on a cold engine.
/// </summary>
public sealed class PrefixCacheGoldens
{
    private const int Prompts = 16;
    private const int MaxTokens = 12;

    public static IEnumerable<object?[]> Checkpoints =>
        from checkpoint in (IEnumerable<object?[]>)GoldenCase.Checkpoints
        from type in Enum.GetValues<KvCacheType>()
        select new object?[] { checkpoint[0], type };

    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void Step_PromptsThatBeginAlike_GiveWhatAColdEngineGives(string? checkpoint, KvCacheType type)
    {
        var cases = GoldenCase.Of(Goldens.SkipWhenNone(checkpoint, "model"))
            .Where(golden => !golden.Inputs.Ids.IsEmpty && golden.ConfigOverrides.IsEmpty)
            .ToArray();
        using var backend = new CpuBackend(new CpuOptions(CpuMode.Exact, Threads: 2, KvCache: type));
        using var model = new ListeningModel(cases[0].Load(backend), backend);
        var sources = cases.Select(golden => PromptOf(golden, model)).ToArray();
        // Chunks that are no multiple of a page, so that forks begin inside pages.
        var limits = new BatchLimits(MaxBatch: 1, PrefillChunk: 23, KvBytes: null, FeatureBytes: 0) { PrefixBytes = 1 << 28 };
        using var warm = new Engine(model, backend, limits);
        var (random, last) = (new Random(3), sources[0]);
        for (var turn = 0; turn < Prompts; turn++)
        {
            var prompt = (turn % 3) switch
            {
                0 => Cut(last = sources[random.Next(sources.Length)], random),
                1 => last,
                _ => WithTail(last, last, random),
            };

            var answer = warm.Run(prompt);

            using var cold = new Engine(model, backend, limits with { PrefillChunk = 1 << 20, PrefixBytes = 0 });
            var expected = cold.Run(prompt);
            Assert.Equal(expected.Tokens, answer.Tokens);
            Assert.Equal(expected.Logits, answer.Logits);
            last = prompt with { Tokens = [.. prompt.Tokens, .. answer.Tokens] };
        }
        Assert.InRange(warm.Prefixes.Hits, Prompts / 2, Prompts);
    }

    private static PreparedPrompt PromptOf(GoldenCase golden, IModel model) => new(
        golden.Inputs.Ids,
        [.. golden.Inputs.Media.Select((media, index) =>
        {
            using var features = model.Encode(media.Input);
            var run = new MediaRun(media.Position!.Value, features);
            return new PreparedMedia(run.Position, run.Length, media.Input, new ContentHash($"{golden.File}/{index}"));
        })]);

    /// <summary>A beginning of a prompt, no medium parted, and behind it some other tokens.</summary>
    private static PreparedPrompt Cut(PreparedPrompt prompt, Random random)
    {
        var length = random.Next(1, prompt.Tokens.Length);
        foreach (var media in prompt.Media)
        {
            if (media.Position < length && length < media.Position + media.Length)
            {
                length = media.Position;
            }
        }
        var beginning = new PreparedPrompt(prompt.Tokens[..length], [.. prompt.Media.Where(media => media.Position < length)]);
        return WithTail(beginning, prompt, random);
    }

    /// <summary>Some more tokens, drawn from the text of another prompt.</summary>
    private static PreparedPrompt WithTail(PreparedPrompt prompt, PreparedPrompt text, Random random)
    {
        var placeholders = text.Media.Select(media => text.Tokens[media.Position]).ToHashSet();
        int[] words = [.. text.Tokens.Where(token => !placeholders.Contains(token))];
        return prompt with { Tokens = [.. prompt.Tokens, .. random.GetItems(words, random.Next(1, 40))] };
    }

    private sealed class Engine(ListeningModel model, IBackend backend, BatchLimits limits) : IDisposable
    {
        private readonly BatchRunner _runner = new(model, backend, new ConstraintMasks(_ => [], model.Info), limits);

        public PrefixCounts Prefixes => _runner.Prefixes;

        public (List<int> Tokens, List<float[]> Logits) Run(PreparedPrompt prompt)
        {
            var (tokens, logits) = (new List<int>(), new List<float[]>());
            _runner.Admit(new SequenceRequest(
                RequestId.New(), prompt, SamplingPolicy.Greedy.Instance, new TokenLimits([], MaxTokens), MaxTokens));
            while (_runner.HasWork)
            {
                _runner.Step();
                Assert.Empty(_runner.Failed.ToArray());
                foreach (var sampled in _runner.Sampled)
                {
                    tokens.Add(sampled.Token);
                    logits.Add(model.Logits[0]);
                }
            }
            return (tokens, logits);
        }

        public void Dispose() => _runner.Dispose();
    }
}
