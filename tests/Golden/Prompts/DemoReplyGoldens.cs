using System.Collections.Concurrent;
using System.Numerics.Tensors;
using MlxActors.Models;
using MlxActors.Models.Caches;
using MlxActors.Models.Media;
using MlxActors.Native.Cpu;
using MlxActors.Native.Results;

namespace MlxActors.Golden.Prompts;

/// <summary>
/// The demo models' greedy answers, <c>demo/&lt;model&gt;.jsonl</c>, from the messages to the last id: template, tools, images, tokenizer,
/// model and caches at once, in exact mode.
/// </summary>
public sealed class DemoReplyGoldens
{
    private const string Folder = "demo";
    private const int LongestReply = 240;

    private static readonly ConcurrentDictionary<string, Lazy<LoadedModel>> Models = new();

    public static TheoryData<string?> Cases => PromptRows.CasesOf(Folder, "*.jsonl");

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Decode_Conversation_GivesTheIdsOfTheReference(string? name)
    {
        var row = PromptRows.RowOf(Goldens.SkipWhenNone(name, Folder));
        var model = ModelOf(name!);
        var conversation = ConversationJson.Read(row, url => File.ReadAllBytes(Goldens.PathOf(Folder, url)));

        // Backends belong to one thread at a time.
        lock (model)
        {
            Assert.Equal(PromptRows.Ids(row.GetProperty("reply_ids")), Answer(model, Ok(model.Processor.Prepare(conversation, new MediaDecoder(ImageLimits.Default), default))));
        }
    }

    private static List<int> Answer(LoadedModel model, PreparedPrompt prompt)
    {
        using var cache = model.Model.NewCache();
        var media = prompt.Media.Select(image => new MediaRun(image.Position, model.Model.Encode(image.Input))).ToArray();
        var reply = new List<int> { Next(model, cache, prompt.Tokens.AsSpan(), media) };
        while (reply.Count < LongestReply && !model.Info.EndOfSequence.Contains(reply[^1]))
        {
            reply.Add(Next(model, cache, [reply[^1]], media));
        }
        foreach (var run in media)
        {
            run.Features.Dispose();
        }
        return reply;
    }

    private static int Next(LoadedModel model, SequenceCache cache, ReadOnlySpan<int> tokens, MediaRun[] media)
    {
        using var scope = model.Backend.BeginScope();
        var batch = new Batch(model.Info.ImagesAttendBothWays);
        batch.Add(cache, tokens, media, LogitRows.Last);
        return TensorPrimitives.IndexOfMax(model.Backend.View(model.Model.Forward(batch)!.Value));
    }

    internal static LoadedModel ModelOf(string name)
    {
        var model = Path.GetFileNameWithoutExtension(PromptRows.FileOf(name));
        return Models.GetOrAdd(model, _ => new Lazy<LoadedModel>(() => Ok(ModelLoader.Load(
            Path.Combine(Goldens.Repository, "models", model), new CpuBackend(new CpuOptions(CpuMode.Exact, Threads: 1)), default)))).Value;
    }

    internal static T Ok<T, TError>(Result<T, TError> result) =>
        result.Match(value => value, error => throw new InvalidDataException($"{error}"));
}
