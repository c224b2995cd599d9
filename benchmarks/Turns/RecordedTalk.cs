using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MlxActors.Generation;
using MlxActors.Generation.Batching;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Stopping;
using MlxActors.Models;
using MlxActors.Models.Chat;
using MlxActors.Models.Media;

namespace MlxActors.Benchmarks.Turns;

/// <summary>
/// Plays <c>coding-assistant.jsonl</c>: a user's messages, the assistant's calls and answers, results of tools, answers asked for again
/// (<c>retry</c>), and messages that take the place of the last one (<c>edit</c>), some before it was answered. The answers are those of the
/// recording, whatever the model would say, so that the numbers depend on the tokenizer and the kind of layers alone.
/// </summary>
internal static class RecordedTalk
{
    private const string File = "coding-assistant.jsonl";
    private const int MostTokens = 4096;

    private static readonly long[] Shares = [1, 2, 4];

    public static void Print(LoadedModel model)
    {
        var requests = Read(model.Processor).ToList();
        Console.WriteLine();
        Console.WriteLine($"{File}: {requests.Count} requests, the longest prompt has {requests.Max(request => request.Prompt.Tokens.Length)} tokens");
        Console.WriteLine();
        Console.WriteLine("| budget, MB | tokens of prompts | found kept | read | | requests that found nothing |");
        Console.WriteLine("|---|---|---|---|---|---|");
        var all = Play(model, requests, long.MaxValue);
        foreach (var share in Shares)
        {
            var budget = all.Bytes / share;
            var (tokens, kept, misses, _) = share == 1 ? all : Play(model, requests, budget);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {budget / 1e6:F1} | {tokens} | {kept} | {tokens - kept} | {100.0 * kept / tokens:F1} % | {misses} |"));
        }
    }

    private static (long Tokens, long Kept, long Misses, long Bytes) Play(LoadedModel model, List<Recorded> requests, long budget)
    {
        var script = new ScriptedModel(model.Model, model.Backend);
        var limits = new BatchLimits(MaxBatch: 1, PrefillChunk: 256, KvBytes: null, FeatureBytes: 0) { PrefixBytes = budget };
        using var runner = new BatchRunner(model with { Model = script }, limits);
        var most = 0L;
        foreach (var (prompt, answer) in requests)
        {
            var id = RequestId.New();
            script.Answer = new Queue<int>(answer);
            runner.Admit(new SequenceRequest(
                id, prompt, SamplingPolicy.Greedy.Instance, new TokenLimits(model.Info.EndOfSequence, MostTokens), MostTokens));
            do
            {
                runner.Step();
                foreach (var failed in runner.Failed)
                {
                    throw failed.Cause;
                }
            }
            while (runner.HasWork && (answer.Length > 0 || runner.Sampled.IsEmpty));
            runner.Remove(id);
            most = Math.Max(most, runner.Prefixes.Bytes);
        }
        return (requests.Sum(request => (long)request.Prompt.Tokens.Length), runner.Prefixes.Tokens, runner.Prefixes.Misses, most);
    }

    private static IEnumerable<Recorded> Read(IProcessor processor)
    {
        var talk = new Conversation([], [], []);
        var lines = System.IO.File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Turns", File)).Select(line => JsonElement.Parse(line)).ToArray();
        foreach (var (index, line) in lines.Index())
        {
            if (line.TryGetProperty("system", out var system))
            {
                var tools = line.GetProperty("tools").EnumerateArray().Select(Tool);
                talk = new Conversation([ChatMessage.Of(Role.System, system.GetString()!)], [.. tools], []);
            }
            else if (line.TryGetProperty("retry", out _))
            {
                talk = talk with { Messages = talk.Messages[..^1] };
            }
            else if (line.TryGetProperty("user", out var text))
            {
                talk = line.TryGetProperty("edit", out _) ? talk with { Messages = talk.Messages[..^1] } : talk;
                talk = Add(talk, ChatMessage.Of(Role.User, text.GetString()!));
                if (lines[index + 1].TryGetProperty("edit", out _))
                {
                    // The client went away before it had an answer.
                    yield return new Recorded(Prepare(processor, talk), []);
                }
            }
            else if (line.TryGetProperty("result", out var result))
            {
                talk = Add(talk, new ChatMessage(Role.Tool, [new ContentPart.Text(result.GetString()!)], [], talk.Messages[^1].ToolCalls[0].Id));
            }
            else
            {
                var answered = Add(talk, Answer(line, index));
                yield return new Recorded(Prepare(processor, talk), AnswerTokens(processor, talk, answered));
                talk = answered;
            }
        }
    }

    private static ChatMessage Answer(JsonElement line, int index) => line.TryGetProperty("assistant", out var text)
        ? ChatMessage.Of(Role.Assistant, text.GetString()!)
        : new ChatMessage(
            Role.Assistant, [], [new ToolCall($"call_{index}", line.GetProperty("call").GetString()!, line.GetProperty("arguments").GetRawText())]);

    /// <summary>What stands behind the prompt when the conversation goes on, up to the token that ends the turn.</summary>
    private static ImmutableArray<int> AnswerTokens(IProcessor processor, Conversation talk, Conversation answered)
    {
        var next = answered.Messages[^1] is { ToolCalls: [var call] }
            ? new ChatMessage(Role.Tool, [new ContentPart.Text("-")], [], call.Id)
            : ChatMessage.Of(Role.User, "-");
        var (before, after) = (Prepare(processor, talk).Tokens, Prepare(processor, Add(answered, next)).Tokens);
        if (!after.AsSpan().StartsWith(before.AsSpan()))
        {
            throw new InvalidDataException("the next prompt does not begin like the one before");
        }
        return after[before.Length..];
    }

    private static Conversation Add(Conversation talk, ChatMessage message) => talk with { Messages = talk.Messages.Add(message) };

    private static PreparedPrompt Prepare(IProcessor processor, Conversation talk) =>
        processor.Prepare(talk, new MediaDecoder(ImageLimits.Default), CancellationToken.None)
            .Match(prompt => prompt, error => throw new InvalidDataException(error.Message));

    private static ToolDefinition Tool(JsonElement tool)
    {
        var function = tool.GetProperty("function");
        return new ToolDefinition(
            function.GetProperty("name").GetString()!, function.GetProperty("description").GetString(), function.GetProperty("parameters"))
        {
            Source = tool,
        };
    }

    /// <param name="Answer">As many tokens as it takes to come to the end of the turn; empty when the client goes away before.</param>
    private sealed record Recorded(PreparedPrompt Prompt, ImmutableArray<int> Answer);
}
