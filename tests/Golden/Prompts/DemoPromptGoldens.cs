using System.Collections.Concurrent;
using MlxActors.Models;
using MlxActors.Models.Media;
using MlxActors.Native.Results;

namespace MlxActors.Golden.Prompts;

/// <summary>
/// The conversations with the demo models, <c>demo/&lt;model&gt;.jsonl</c>: template, tools, images and tokenizer at once, as the server
/// uses them.
/// </summary>
public sealed class DemoPromptGoldens
{
    private const string Folder = "demo";

    private static readonly ConcurrentDictionary<string, Lazy<IProcessor>> Processors = new();

    public static TheoryData<string?> Cases => PromptRows.CasesOf(Folder, "*.jsonl");

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Prepare_GivesThePromptOfTheReference(string? name)
    {
        var row = PromptRows.RowOf(Goldens.SkipWhenNone(name, Folder));
        var conversation = ConversationJson.Read(row, url => File.ReadAllBytes(Goldens.PathOf(Folder, url)));

        var prompt = Assert.IsType<Result<PreparedPrompt, PromptError>.Ok>(ProcessorOf(name!).Prepare(conversation, new MediaDecoder(ImageLimits.Default), default)).Value;

        Assert.Equal(PromptRows.Ids(row.GetProperty("prompt_ids")), prompt.Tokens);
        Assert.Equal(conversation.Media.Length, prompt.Media.Length);
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Decode_OneTokenAtATime_GivesTheReplyOfTheReference(string? name)
    {
        var row = PromptRows.RowOf(Goldens.SkipWhenNone(name, Folder));
        var decoder = ProcessorOf(name!).NewDecoder();

        var reply = string.Concat(PromptRows.Ids(row.GetProperty("reply_ids")).Select(decoder.Add)) + decoder.Flush();

        Assert.Equal(row.GetProperty("reply").GetString(), reply);
    }

    private static IProcessor ProcessorOf(string name)
    {
        var model = Path.GetFileNameWithoutExtension(PromptRows.FileOf(name));
        return Processors.GetOrAdd(model, _ => new Lazy<IProcessor>(() => Load(model))).Value;
    }

    private static IProcessor Load(string model)
    {
        var directory = Path.Combine(Goldens.Repository, "models", model);
        var config = ConfigNode.Read(directory, "config.json");
        var info = new ModelInfo(
            config.Text("model_type")!, 0, 0, [], Capabilities.Vision, SamplingDefaults.Silent, ImagesAttendBothWays: false);
        return ModelLoader.FamilyOf(config).Processor(directory, info)
            .Match(processor => processor, error => throw new InvalidDataException(error.Message));
    }
}
