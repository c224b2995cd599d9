using System.Collections.Immutable;
using System.Globalization;
using System.Numerics.Tensors;
using System.Text.Json;
using MlxActors.Models;
using MlxActors.Models.Caches;
using MlxActors.Native.Cpu;

namespace MlxActors.Benchmarks.Quality;

/// <summary>
/// <c>quality &lt;folder&gt; &lt;conversations&gt; [float32|bfloat16|int8]</c>: what <c>fast</c> mode changes beside <c>exact</c>, on a
/// trained checkpoint, with its own or another type of KV cache. Both read the same tokens, conversations and then long greedy answers, so
/// that one close call does not hide the next.
/// </summary>
internal static class QualityCommand
{
    public const string Name = "quality";

    private const int Answers = 12;
    private const int AnswerTokens = 400;

    public static int Run(string[] arguments)
    {
        KvCacheType? cache = Enum.TryParse<KvCacheType>(arguments.ElementAtOrDefault(2), ignoreCase: true, out var named) ? named : null;
        if (arguments is not [var folder, var conversations, .. var type]
            || !File.Exists(conversations) || type.Length != (cache is null ? 0 : 1))
        {
            Console.Error.WriteLine(
                $"usage: {Name} <checkpoint folder> <conversations.jsonl, with prompt_ids and reply_ids> [float32|bfloat16|int8]");
            return 2;
        }
        using var exact = new Reader(folder, new CpuOptions(CpuMode.Exact, Environment.ProcessorCount));
        using var fast = new Reader(folder, new CpuOptions(CpuMode.Fast, Environment.ProcessorCount, KvCache: cache));
        var texts = File.ReadLines(conversations).Select(Text.Parse).OfType<Text>().ToList();
        var greedy = texts.Take(Answers).Select(text => text with { Reply = exact.Continue(text.Prompt, AnswerTokens) });
        var free = texts.Take(Answers).Select(text => SameFor(exact.Continue(text.Prompt, AnswerTokens), fast.Continue(text.Prompt, AnswerTokens)));

        Console.WriteLine("| | texts | tokens | same first choice | of those that led by 0.1 | perplexity exact | fast | divergence, nats a token |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        Print("replies of the conversations", Compare(exact, fast, texts));
        Print($"greedy answers of {AnswerTokens} tokens", Compare(exact, fast, greedy));
        Console.WriteLine();
        Console.WriteLine($"Tokens that both say alike, each on its own, of {AnswerTokens}: {string.Join(", ", free.Order())}");
        return 0;
    }

    private static int SameFor(ImmutableArray<int> left, ImmutableArray<int> right) => left.AsSpan().CommonPrefixLength(right.AsSpan());

    private static Tally Compare(Reader exact, Reader fast, IEnumerable<Text> texts) =>
        texts.Aggregate(default(Tally), (tally, text) => tally.With(exact.Logits(text), fast.Logits(text), text.Reply));

    private static void Print(string what, Tally tally) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {what} | {tally.Texts} | {tally.Tokens} | {100.0 * tally.Same / tally.Tokens:F2} % | {100.0 * tally.SameClear / tally.Clear:F2} % "
            + $"| {Math.Exp(tally.ExactLoss / tally.Tokens):F4} | {Math.Exp(tally.FastLoss / tally.Tokens):F4} | {tally.Divergence / tally.Tokens:E1} |"));

    /// <summary>Losses and the divergence of fast mode's distribution from exact mode's are sums, in nats.</summary>
    private readonly record struct Tally(
        int Texts, int Tokens, int Same, int Clear, int SameClear, double ExactLoss, double FastLoss, double Divergence)
    {
        private const float ClearLead = 0.1f;

        public Tally With(float[][] exact, float[][] fast, ImmutableArray<int> reply)
        {
            var tally = this with { Texts = Texts + 1 };
            for (var i = 0; i < reply.Length; i++)
            {
                tally = tally.With(exact[i], fast[i], reply[i]);
            }
            return tally;
        }

        private Tally With(float[] exact, float[] fast, int token)
        {
            var (p, q) = (LogProbabilities(exact), LogProbabilities(fast));
            var first = TensorPrimitives.IndexOfMax(exact);
            var isSame = first == TensorPrimitives.IndexOfMax(fast);
            var isClear = exact[first] - exact.Where((_, other) => other != first).Max() >= ClearLead;
            return this with
            {
                Tokens = Tokens + 1,
                Same = Same + (isSame ? 1 : 0),
                Clear = Clear + (isClear ? 1 : 0),
                SameClear = SameClear + (isSame && isClear ? 1 : 0),
                ExactLoss = ExactLoss - p[token],
                FastLoss = FastLoss - q[token],
                Divergence = Divergence + p.Zip(q, (exactly, roughly) => Math.Exp(exactly) * (exactly - roughly)).Sum(),
            };
        }

        private static double[] LogProbabilities(float[] logits)
        {
            var largest = TensorPrimitives.Max<float>(logits);
            var sum = Math.Log(logits.Sum(logit => Math.Exp(logit - largest)));
            return [.. logits.Select(logit => logit - largest - sum)];
        }
    }

    private sealed record Text(ImmutableArray<int> Prompt, ImmutableArray<int> Reply)
    {
        /// <returns>Null for a conversation with media, whose features the file does not hold.</returns>
        public static Text? Parse(string line)
        {
            using var row = JsonDocument.Parse(line);
            var messages = row.RootElement.GetProperty("messages").EnumerateArray();
            return messages.Any(message => message.GetProperty("content").ValueKind is JsonValueKind.Array)
                ? null
                : new Text(Ids(row, "prompt_ids"), Ids(row, "reply_ids"));
        }

        private static ImmutableArray<int> Ids(JsonDocument row, string name) =>
            [.. row.RootElement.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
    }

    private sealed class Reader : IDisposable
    {
        private readonly CpuBackend _backend;
        private readonly IModel _model;
        private readonly Batch _batch;

        public Reader(string folder, CpuOptions options)
        {
            _backend = new CpuBackend(options);
            _model = Turns.TurnsCommand.Required(ModelLoader.LoadModel(folder, _backend, CancellationToken.None));
            _batch = new Batch(_model.Info.ImagesAttendBothWays);
        }

        /// <summary>The logits from which each token of the reply was to be chosen.</summary>
        public float[][] Logits(Text text)
        {
            using var cache = _model.NewCache();
            int[] all = [.. text.Prompt, .. text.Reply[..^1]];
            return [.. Forward(cache, all, LogitRows.All).Skip(text.Prompt.Length - 1)];
        }

        /// <summary>The likeliest tokens, whether the answer would have ended or not.</summary>
        public ImmutableArray<int> Continue(ImmutableArray<int> prompt, int tokens)
        {
            using var cache = _model.NewCache();
            var answer = ImmutableArray.CreateBuilder<int>(tokens);
            for (int[] next = [.. prompt]; answer.Count < tokens; next = [answer[^1]])
            {
                answer.Add(TensorPrimitives.IndexOfMax<float>(Forward(cache, next, LogitRows.Last)[0]));
            }
            return answer.MoveToImmutable();
        }

        public void Dispose()
        {
            _model.Dispose();
            _backend.Dispose();
        }

        private float[][] Forward(SequenceCache cache, ReadOnlySpan<int> tokens, LogitRows rows)
        {
            using var scope = _backend.BeginScope();
            _batch.Clear();
            _batch.Add(cache, tokens, [], rows);
            var logits = _model.Forward(_batch)!.Value;
            return [.. _backend.View(logits).ToArray().Chunk(logits.Shape.Last)];
        }
    }
}
