using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using MlxActors.Generation;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Stopping;
using MlxActors.Golden.Prompts;
using MlxActors.Models;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Native.Cpu;

namespace MlxActors.Golden.Batching;

/// <summary>
/// Random conversations of many turns, in exact mode: with answers, edits, branches, retries, images, other system texts, clients that leave,
/// several at a time, and budgets of any size. Each answer has, bit for bit, the logits that it has on a cold engine.
/// </summary>
public sealed class PrefixCacheProperties
{
    private const int Courses = 8;
    private const int Moves = 14;
    private const int MostTurns = 5;
    private const int MaxTokens = 6;

    private static readonly string[] Texts =
    [
        "Hi", "Who are you?", "My name is Ada and I live in Rome. What is my name?", "What do you see?",
        .. Enumerable.Range(1, 3).Select(count => string.Concat(Enumerable.Repeat("Tell me a story about a small river and a large stone. ", 5 * count))),
    ];

    private static readonly string?[] Systems =
        [null, "Be brief.", "You are an AI. " + string.Concat(Enumerable.Repeat("Answer in one sentence. ", 12))];

    private enum Kind
    {
        Begin,
        Answer,
        Edit,
        Retry,
        OtherSystem,
    }

    [SkippableFact]
    public void Step_TurnsOnGemma3_GiveWhatAColdEngineGives() => Check("demo");

    [SkippableFact]
    public void Step_TurnsOnQwen3Vl_GiveWhatAColdEngineGives() => Check("demo-qwen");

    private static void Check(string name)
    {
        Skip.IfNot(File.Exists(Goldens.PathOf("demo", $"{name}.jsonl")), $"no conversations of {name} under {Goldens.Root}");
        using var play = new Play(name);
        Prop.ForAll(AnyCourse, play.Run).Check(Config.QuickThrowOnFailure.WithMaxTest(Courses));
        Assert.InRange(play.Hits, 1, long.MaxValue);
    }

    private static Arbitrary<Course> AnyCourse => (
        from chunk in Gen.Elements(7, 16, 64, 300)
        from budget in Gen.Elements(300_000L, 2_000_000L, 64L << 20)
        from moves in (
            from kind in Gen.Elements(Enum.GetValues<Kind>())
            from number in Gen.Choose(0, 999)
            from leaves in Gen.Frequency((4, Gen.Constant((int?)null)), (1, Gen.Choose(0, 6).Select(step => (int?)step)))
            from together in Gen.Elements(true, false)
            select new Move(kind, number, leaves, together)).ListOf(Moves)
        select new Course(chunk, budget, [.. moves])).ToArbitrary();

    /// <param name="Number">Chooses the conversation, the text and the image.</param>
    /// <param name="LeavesBefore">The step before which the client goes away; null when it stays.</param>
    /// <param name="Together">Whether the next move's request comes before this one's is answered.</param>
    private sealed record Move(Kind Kind, int Number, int? LeavesBefore, bool Together);

    private sealed record Course(int Chunk, long Budget, ImmutableArray<Move> Moves)
    {
        public override string ToString() => $"chunk {Chunk}, budget {Budget}: {string.Join(", ", Moves)}";
    }

    private sealed record Turn(string Question, MediaSource? Image, string Answer);

    /// <summary>The last turn's answer is the one that is asked for.</summary>
    private sealed record Talk(string? System, ImmutableArray<Turn> Turns)
    {
        public Talk Answered(string answer) => this with { Turns = Turns.SetItem(Turns.Length - 1, Turns[^1] with { Answer = answer }) };

        public Conversation ToConversation()
        {
            var images = Turns.Select(turn => turn.Image).OfType<MediaSource>().ToImmutableArray();
            var messages = Turns.SelectMany((turn, index) => new[]
            {
                new ChatMessage(
                    Role.User,
                    [
                        .. turn.Image is null ? [] : new ContentPart[] { new ContentPart.Image(Turns.Take(index).Count(before => before.Image is not null)) },
                        new ContentPart.Text(turn.Question),
                    ],
                    []),
                ChatMessage.Of(Role.Assistant, turn.Answer),
            });
            return new Conversation(
                [.. System is null ? [] : new[] { ChatMessage.Of(Role.System, System) }, .. messages.SkipLast(1)], [], images);
        }
    }

    private sealed record Answer(List<int> Tokens, List<float[]> Logits);

    private sealed class Play : IDisposable
    {
        private readonly LoadedModel _model;
        private readonly ListeningModel _listening;
        private readonly MediaSource[] _images;

        public Play(string name)
        {
            var backend = new CpuBackend(new CpuOptions(CpuMode.Exact, Threads: 1));
            var loaded = DemoReplyGoldens.Ok(ModelLoader.Load(Path.Combine(Goldens.Repository, "models", name), backend, default));
            _listening = new ListeningModel(loaded.Model, backend);
            _model = loaded with { Model = _listening };
            _images = [.. DemoBatches.Shortest(name, images: 1, count: 3).SelectMany(conversation => conversation.Media)];
        }

        public long Hits { get; private set; }

        public void Run(Course course)
        {
            using var runner = new BatchRunner(_model, new BatchLimits(MaxBatch: 3, course.Chunk, KvBytes: null, FeatureBytes: 0)
            {
                PrefixBytes = course.Budget,
            });
            var talks = new List<Talk>();
            var pending = new List<(Talk Talk, int? LeavesBefore)>();
            foreach (var move in course.Moves)
            {
                pending.Add((Next(talks, move), move.LeavesBefore));
                if (!move.Together || pending.Count == 3)
                {
                    talks.AddRange(AnswerAll(runner, pending));
                    pending.Clear();
                }
                Assert.InRange(runner.Prefixes.Bytes, 0, course.Budget);
            }
            Hits += runner.Prefixes.Hits;
        }

        public void Dispose() => _model.Dispose();

        private Talk Next(List<Talk> talks, Move move)
        {
            var old = talks.Count == 0 ? null : talks[move.Number % talks.Count];
            var turn = new Turn(Texts[move.Number % Texts.Length], move.Number % 3 == 0 ? _images[move.Number / 3 % _images.Length] : null, "");
            var system = Systems[move.Number / 7 % Systems.Length];
            return (old is null or { Turns.Length: > MostTurns } ? Kind.Begin : move.Kind) switch
            {
                Kind.Begin => new Talk(system, [turn]),
                Kind.Answer => old! with { Turns = old.Turns.Add(turn) },
                Kind.Edit => old! with { Turns = old.Turns[..(move.Number / 5 % old.Turns.Length)].Add(turn) },
                Kind.Retry => old!,
                Kind.OtherSystem => old! with { System = system },
                _ => throw new ArgumentOutOfRangeException(nameof(move)),
            };
        }

        private IEnumerable<Talk> AnswerAll(BatchRunner runner, List<(Talk Talk, int? LeavesBefore)> asked)
        {
            var prompts = asked.Select(ask => DemoReplyGoldens.Ok(
                _model.Processor.Prepare(ask.Talk.ToConversation(), new MediaDecoder(ImageLimits.Default), default))).ToArray();
            var answers = Run(runner, [.. prompts], [.. asked.Select(ask => ask.LeavesBefore)]);
            foreach (var ((ask, prompt), answer) in asked.Zip(prompts).Zip(answers))
            {
                using var cold = new BatchRunner(_model, new BatchLimits(MaxBatch: 1, PrefillChunk: 4096, KvBytes: null, FeatureBytes: 0));
                var alone = Run(cold, [prompt], [null])[0];
                var told = ask.LeavesBefore is null ? alone.Tokens.Count : answer.Tokens.Count;
                Assert.Equal(alone.Tokens.Take(told), answer.Tokens);
                Assert.Equal(alone.Logits.Take(told), answer.Logits);
                var decoder = _model.Processor.NewDecoder();
                yield return ask.Talk.Answered(string.Concat(answer.Tokens.Select(decoder.Add)) + decoder.Flush());
            }
        }

        private Answer[] Run(BatchRunner runner, ImmutableArray<PreparedPrompt> prompts, ImmutableArray<int?> leave)
        {
            var ids = prompts.Select(_ => RequestId.New()).ToArray();
            var answers = ids.ToDictionary(id => id, _ => new Answer([], []));
            foreach (var (id, prompt) in ids.Zip(prompts))
            {
                Assert.Null(runner.Admit(new SequenceRequest(
                    id, prompt, SamplingPolicy.Greedy.Instance, new TokenLimits(_model.Info.EndOfSequence, MaxTokens), MaxTokens)));
            }
            for (var step = 0; runner.HasWork; step++)
            {
                foreach (var (id, _) in ids.Zip(leave).Where(pair => pair.Second == step))
                {
                    runner.Remove(id);
                }
                runner.Step();
                Assert.Empty(runner.Failed.ToArray());
                foreach (var (row, sampled) in runner.Sampled.ToArray().Index())
                {
                    answers[sampled.Id].Tokens.Add(sampled.Token);
                    answers[sampled.Id].Logits.Add(_listening.Logits[row]);
                }
            }
            return [.. ids.Select(id => answers[id])];
        }
    }
}
