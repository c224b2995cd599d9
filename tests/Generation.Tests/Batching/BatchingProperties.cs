using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Stopping;
using MlxActors.Golden;
using MlxActors.Models;
using MlxActors.Models.Caches;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Native.Cpu;
using MlxActors.Native.Tensors;

namespace MlxActors.Generation.Tests.Batching;

/// <summary>
/// Answers on the demo checkpoint in exact mode, with requests that come and go at random: each gets, bit for bit, the logits and the tokens
/// that it gets alone.
/// </summary>
public sealed class BatchingProperties : IDisposable
{
    private const int Tokens = 6;

    private static readonly string[] Texts =
        ["Hi", "Who are you?", "Count from 3 to 9.", "What is the capital of France? Say it in one word, please, and nothing else."];

    private readonly RecordingModel _model;
    private readonly LoadedModel _loaded;
    private readonly PreparedPrompt[] _prompts;

    public BatchingProperties()
    {
        var backend = new CpuBackend(new CpuOptions(CpuMode.Exact, Threads: 1));
        var loaded = ModelLoader.Load(Path.Combine(Goldens.Repository, "models", "demo"), backend, CancellationToken.None)
            .Match(loaded => loaded, error => throw new InvalidDataException(error.Message));
        _model = new RecordingModel(loaded.Model, backend);
        _loaded = loaded with { Model = _model };
        _prompts = [.. Texts.Select(text => loaded.Processor
            .Prepare(new Conversation([ChatMessage.Of(Role.User, text)], [], []), new MediaDecoder(ImageLimits.Default), CancellationToken.None)
            .Match(prompt => prompt, error => throw new InvalidDataException(error.Message)))];
    }

    [Property(MaxTest = 25)]
    public Property Step_AnyArrivalsAndCancellations_GivesEachWhatItGetsAlone() => Prop.ForAll(Courses, Chunks, (course, chunk) =>
    {
        var alone = _prompts.Select((_, text) => Play([(Arrives: true, text)], chunk: 8).Single()).ToArray();
        foreach (var (text, logits, cancelled) in Play(course, chunk).Select(answer => (answer.Text, answer.Logits, answer.Cancelled)))
        {
            var expected = alone[text].Logits;
            Assert.Equal(cancelled ? expected.Take(logits.Count) : expected, logits);
        }
    });

    public void Dispose() => _loaded.Dispose();

    /// <summary>Requests for one of the texts, and the end of one of the last that came.</summary>
    private static Arbitrary<(bool Arrives, int Number)[]> Courses =>
        Gen.Choose(0, 9).SelectMany(kind => Gen.Choose(0, 3), (kind, number) => (kind < 6, number))
            .ListOf(12).Select(moves => moves.ToArray()).ToArbitrary();

    /// <summary>Prompts in many chunks, or several prompts in one.</summary>
    private static Arbitrary<int> Chunks => Gen.Elements(8, 64).ToArbitrary();

    /// <summary>Two steps after each move, and then as many as it takes. The memory is for two of the larger requests.</summary>
    private List<Answer> Play((bool Arrives, int Number)[] course, int chunk)
    {
        using var batch = new BatchRunner(_loaded, new BatchLimits(MaxBatch: 3, PrefillChunk: chunk, KvBytes: 1 << 20, FeatureBytes: 0));
        var answers = new List<Answer>();
        _model.Began = cache => answers.First(answer => answer.Cache is null && !answer.Cancelled).Cache = cache;
        foreach (var (arrives, number) in course)
        {
            if (arrives)
            {
                var answer = new Answer(number, RequestId.New());
                answers.Add(answer);
                Assert.Null(batch.Admit(new SequenceRequest(
                    answer.Id, _prompts[number], SamplingPolicy.Greedy.Instance, new TokenLimits([], Tokens), Credit: Tokens)));
            }
            else if (answers.Count > number)
            {
                answers[^(number + 1)].Cancelled |= batch.Remove(answers[^(number + 1)].Id);
            }
            batch.Step();
            batch.Step();
            Assert.True(batch.Failed.IsEmpty);
            Assert.InRange(batch.KvBytes, 0, 1 << 20);
        }
        while (batch.HasWork)
        {
            batch.Step();
        }
        answers.ForEach(answer => answer.Logits = answer.Cache is { } cache ? _model.Rows[cache] : []);
        _model.Rows.Clear();
        return answers;
    }

    private sealed record Answer(int Text, RequestId Id)
    {
        public bool Cancelled { get; set; }

        public SequenceCache? Cache { get; set; }

        /// <summary>A hash of the bits of each row of logits.</summary>
        public List<int> Logits { get; set; } = [];
    }

    /// <summary>Keeps the bits of every row of logits, by the sequence that it is of.</summary>
    private sealed class RecordingModel(IModel model, IBackend backend) : IModel
    {
        public Dictionary<SequenceCache, List<int>> Rows { get; } = [];

        /// <summary>Called with the cache of each sequence as it begins.</summary>
        public Action<SequenceCache> Began { get; set; } = _ => { };

        public ModelInfo Info => model.Info;

        public long WeightBytes => model.WeightBytes;

        public SequenceCache NewCache() => model.NewCache();

        public Tensor? Forward(Batch batch)
        {
            foreach (var cache in batch.Caches)
            {
                if (Rows.TryAdd(cache, []))
                {
                    Began(cache);
                }
            }
            var logits = model.Forward(batch);
            if (logits is { } rows)
            {
                Record(batch, backend.View(rows), rows.Shape.Last);
            }
            return logits;
        }

        public KeptTensor Encode(MediaInput input) => model.Encode(input);

        public void Dispose() => model.Dispose();

        private void Record(Batch batch, ReadOnlySpan<float> numbers, int width)
        {
            for (var row = 0; row < batch.LogitRows.Length; row++)
            {
                var hash = new HashCode();
                hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers.Slice(row * width, width)));
                Rows[SequenceOf(batch, batch.LogitRows[row])].Add(hash.ToHashCode());
            }
        }

        private static SequenceCache SequenceOf(Batch batch, int row)
        {
            var index = 0;
            while (row >= batch.Layout.Sequences[index].FirstRow + batch.Layout.Sequences[index].Rows)
            {
                index++;
            }
            return batch.Caches[index];
        }
    }
}
