using System.Collections.Immutable;
using MlxActors.Generation;
using MlxActors.Http.Errors;
using MlxActors.Http.Json;
using MlxActors.Models.Chat;
using MlxActors.Native.Results;
using MlxActors.Web.Engine;
using MlxActors.Web.OpenAi.Contracts;
using MlxActors.Web.OpenAi.Errors;
using MlxActors.Web.OpenAi.Parsing;
using MlxActors.Web.Telemetry;

namespace MlxActors.Web.OpenAi;

/// <summary><c>POST /v1/completions</c>: prompts that no chat template is put around.</summary>
internal sealed class Completions(
    SupervisorClient supervisor, Tokenizers tokenizers, TimeLimits times, TimeProvider clock, Func<RequestId> newId)
{
    private const string PromptField = "prompt";

    public async Task HandleAsync(HttpContext context)
    {
        var call = await JsonBody.ReadAsync(context.Request, body => CompletionDecoder.Read(body, newId()));
        await call.Bind(CheckCount).Bind(call => Openings(call).Map(openings => (Call: call, Openings: openings))).Match(
            ready => AnswerAsync(ready.Call, ready.Openings, context), context.Response.WriteAsync);
    }

    private async Task AnswerAsync(CompletionCall call, ImmutableArray<string> openings, HttpContext context)
    {
        var head = AnswerHead.For("cmpl", call.Request, clock);
        var events = supervisor.GenerateAsync(Requests(call), context);
        if (call.Stream)
        {
            await events.StreamAsync(context, PromptField, () =>
                new CompletionStream(context.Response, head, openings, call.Choices, call.IncludeUsage, times.Stall));
        }
        else if (await events.CollectAsync(
            openings.Length, call.Request.TopLogprobs is not null, PromptField, context.Response) is { } choices)
        {
            await context.Response.WriteJsonAsync(json => CompletionJson.WriteWhole(json, head, choices, openings, call.Choices));
        }
    }

    private ImmutableArray<GenerationRequest> Requests(CompletionCall call) =>
    [
        .. call.Prompts.SelectMany((prompt, index) => Choices.Of(
            call.Request with { Prompt = prompt, Id = index == 0 ? call.Request.Id : newId() }, call.Choices, newId)),
    ];

    private Result<CompletionCall, ApiError> CheckCount(CompletionCall call) =>
        call.Choices > supervisor.MostChoices ? Faults.Above("integer", "n", supervisor.MostChoices, $"{call.Choices}")
        : call.Prompts.Length * call.Choices > supervisor.MostChoices
            ? Faults.ArrayTooLong(PromptField, supervisor.MostChoices / call.Choices, call.Prompts.Length)
        : call;

    // The text before each answer.
    private Result<ImmutableArray<string>, ApiError> Openings(CompletionCall call)
    {
        var echoes = call.Echo ? Echoes(call) : Result.Ok<ImmutableArray<string>, ApiError>([.. call.Prompts.Select(_ => "")]);
        return echoes.Map<ImmutableArray<string>>(texts => [.. texts.SelectMany(text => Enumerable.Repeat(text, call.Choices))]);
    }

    private Result<ImmutableArray<string>, ApiError> Echoes(CompletionCall call) =>
        call.Prompts.OfType<RawTokens>().Any()
            ? tokenizers.Find(call.Request.Model)
                .MapError(error => error.ToApiError())
                .Map<ImmutableArray<string>>(known =>
                    [.. call.Prompts.OfType<RawTokens>().Select(tokens => known.Tokenizer.Decode(tokens.Ids))])
            : Result.Ok<ImmutableArray<string>, ApiError>([.. call.Prompts.OfType<RawText>().Select(text => text.Value)]);
}
