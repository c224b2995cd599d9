using System.Diagnostics;
using MlxActors.Models;
using MlxActors.Models.Caches;
using MlxActors.Native.Metering;

namespace MlxActors.Web.Cli.Bench;

/// <summary>
/// Times a model's passes with random tokens, as llama-bench does: no sampling, no text, no server around them. Used from one thread.
/// </summary>
/// <param name="chunk">Tokens of a prompt that one pass reads.</param>
internal sealed class BenchRunner(IModel model, MeteredBackend backend, int chunk)
{
    private readonly Batch _batch = new(model.Info.ImagesAttendBothWays);
    private readonly Random _random = new(1);

    /// <summary>One run to warm up, which is metered for what it moves and computes, and then the timed ones.</summary>
    /// <param name="withOperations">Whether one more run is metered for the time of each operation.</param>
    /// <exception cref="OperationCanceledException">Between two passes.</exception>
    public BenchResult Run(BenchTest test, int repetitions, bool withOperations, CancellationToken cancellationToken)
    {
        var contexts = Enumerable.Range(0, test.Batch).Select(_ => model.NewCache()).ToArray();
        try
        {
            foreach (var context in contexts)
            {
                Prefill(context, test.Depth, cancellationToken);
            }
            var (_, warmUp) = Metered(test, contexts, cancellationToken);
            var runs = Enumerable.Range(0, repetitions).Select(_ => Time(test, contexts, cancellationToken)).ToArray();
            return new BenchResult(test, runs, warmUp.Total, withOperations ? Operations() : null);
        }
        finally
        {
            Array.ForEach(contexts, context => context.Dispose());
        }

        MeteredRun Operations()
        {
            var (seconds, meter) = Metered(test, contexts, cancellationToken);
            return new MeteredRun(TimeSpan.FromSeconds(seconds), meter.Operations);
        }
    }

    private (double Seconds, OperationMeter Meter) Metered(
        BenchTest test, SequenceCache[] contexts, CancellationToken cancellationToken)
    {
        var meter = new OperationMeter();
        backend.Meter = meter;
        try
        {
            return (Time(test, contexts, cancellationToken), meter);
        }
        finally
        {
            backend.Meter = null;
        }
    }

    /// <summary>Seconds of one run, which leaves the contexts as they are.</summary>
    private double Time(BenchTest test, SequenceCache[] contexts, CancellationToken cancellationToken)
    {
        // Of the length that they have, a cache always has a fork.
        var caches = Array.ConvertAll(contexts, context => context.Fork(context.Length)!);
        try
        {
            var start = Stopwatch.GetTimestamp();
            switch (test)
            {
                case BenchTest.Prefill:
                    Prefill(caches[0], test.Tokens, cancellationToken);
                    break;
                case BenchTest.Decode:
                    Decode(caches, test.Tokens, cancellationToken);
                    break;
                default:
                    throw new UnreachableException();
            }
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        finally
        {
            Array.ForEach(caches, cache => cache.Dispose());
        }
    }

    private void Prefill(SequenceCache cache, int count, CancellationToken cancellationToken)
    {
        for (var left = count; left > 0; left -= chunk)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _batch.Clear();
            _batch.Add(cache, Tokens(Math.Min(chunk, left)), [], left <= chunk ? LogitRows.Last : LogitRows.None);
            Pass();
        }
    }

    private void Decode(SequenceCache[] caches, int count, CancellationToken cancellationToken)
    {
        for (var i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _batch.Clear();
            foreach (var cache in caches)
            {
                _batch.Add(cache, Tokens(1), [], LogitRows.Last);
            }
            Pass();
        }
    }

    private void Pass()
    {
        using var scope = backend.BeginScope();
        if (model.Forward(_batch) is { } logits)
        {
            // A lazy backend computes now.
            backend.View(logits);
        }
    }

    private int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(_ => _random.Next(model.Info.VocabSize))];
}
