using System.Diagnostics;
using System.Globalization;
using MlxActors.Models;
using MlxActors.Models.Caches;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;
using MlxActors.Native.Cpu;
using MlxActors.Native.Results;

namespace MlxActors.Benchmarks.Stages;

/// <summary>Where the time of one request goes, stage by stage: the median of a few runs of the whole, after a warm-up.</summary>
internal static class StagesCommand
{
    public const string Name = "stages";

    private const int Runs = 21;
    private const int WarmUps = 5;
    private const int LongestReply = 240;

    /// <param name="arguments">A checkpoint's folder, and an image for it to look at.</param>
    public static int Run(string[] arguments)
    {
        if (arguments is not [var folder, var image])
        {
            Console.Error.WriteLine($"usage: {Name} <checkpoint folder> <image>");
            return 2;
        }
        var conversation = new Conversation(
            [new ChatMessage(Role.User, [new ContentPart.Image(0), new ContentPart.Text("What do you see?")], [])],
            [],
            [new MediaSource(File.ReadAllBytes(image), "image")]);
        foreach (var mode in (CpuMode[])[CpuMode.Fast, CpuMode.Exact])
        {
            using var backend = new CpuBackend(new CpuOptions(mode, Environment.ProcessorCount));
            var clock = Stopwatch.StartNew();
            using var model = Required(ModelLoader.Load(folder, backend, CancellationToken.None));
            var load = clock.Elapsed.TotalMilliseconds;
            var runs = Enumerable.Range(0, WarmUps + Runs).Select(_ => Answer(model, conversation)).Skip(WarmUps).ToArray();
            Print(mode, load, runs);
        }
        return 0;
    }

    private static Stages Answer(LoadedModel model, Conversation conversation)
    {
        var clock = new Lap();
        var prompt = Required(model.Processor.Prepare(conversation, new MediaDecoder(ImageLimits.Default), CancellationToken.None));
        var prepare = clock.Next();
        using var cache = model.Model.NewCache();
        var media = prompt.Media.Select(image => new MediaRun(image.Position, model.Model.Encode(image.Input))).ToArray();
        var encode = clock.Next();
        var batch = new Batch(model.Info.ImagesAttendBothWays);
        var token = Next(model, batch, cache, prompt.Tokens.AsSpan(), media);
        var prefill = clock.Next();
        var (reply, decoder, text) = (1, model.Processor.NewDecoder(), new System.Text.StringBuilder());
        for (; !model.Info.EndOfSequence.Contains(token) && reply < LongestReply; reply++)
        {
            text.Append(decoder.Add(token));
            token = Next(model, batch, cache, [token], []);
        }
        text.Append(decoder.Flush());
        var decode = clock.Next();
        foreach (var run in media)
        {
            run.Features.Dispose();
        }
        return new Stages(prompt.Tokens.Length, reply, prepare, encode, prefill, decode, text.ToString());
    }

    private static int Next(LoadedModel model, Batch batch, SequenceCache cache, ReadOnlySpan<int> tokens, MediaRun[] media)
    {
        using var scope = model.Backend.BeginScope();
        batch.Clear();
        batch.Add(cache, tokens, media, LogitRows.Last);
        return System.Numerics.Tensors.TensorPrimitives.IndexOfMax(model.Backend.View(model.Model.Forward(batch)!.Value));
    }

    private static void Print(CpuMode mode, double load, Stages[] runs)
    {
        Console.WriteLine($"{mode}: {runs[0].PromptTokens} prompt tokens, {runs[0].ReplyTokens} reply tokens: {runs[0].Reply}");
        Row("load the checkpoint (once)", load);
        Row("render, tokenize, decode and resize the image", Median(runs, run => run.Prepare));
        Row("encode the image", Median(runs, run => run.Encode));
        Row("prefill and first token", Median(runs, run => run.Prefill));
        Row("decode, a token", Median(runs, run => run.Decode / Math.Max(1, run.ReplyTokens - 1)));
        Row("the whole request", Median(runs, run => run.Prepare + run.Encode + run.Prefill + run.Decode));
    }

    private static void Row(string stage, double milliseconds) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {stage} | {milliseconds:F3} ms |"));

    private static double Median(Stages[] runs, Func<Stages, double> of) => runs.Select(of).Order().ElementAt(runs.Length / 2);

    private static T Required<T, TError>(Result<T, TError> result) =>
        result.Match(value => value, error => throw new InvalidOperationException($"{error}"));

    /// <summary>Times are in milliseconds.</summary>
    private sealed record Stages(int PromptTokens, int ReplyTokens, double Prepare, double Encode, double Prefill, double Decode, string Reply);

    private sealed class Lap
    {
        private long _start = Stopwatch.GetTimestamp();

        public double Next()
        {
            var now = Stopwatch.GetTimestamp();
            var lap = Stopwatch.GetElapsedTime(_start, now).TotalMilliseconds;
            _start = now;
            return lap;
        }
    }
}
