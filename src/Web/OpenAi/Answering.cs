using MlxActors.Generation;
using MlxActors.Http.Errors;
using MlxActors.Web.Engine;
using MlxActors.Web.OpenAi.Contracts;
using MlxActors.Web.OpenAi.Errors;

namespace MlxActors.Web.OpenAi;

/// <summary>From the events of answers to a response; the form is the endpoint's.</summary>
internal static class Answering
{
    /// <summary>Puts the answers together.</summary>
    /// <param name="promptField">The request's field that an error of the prompt's length names.</param>
    /// <returns>Null when there is nothing more to write: the response is an error, or the client went away.</returns>
    public static async Task<WholeChoice[]?> CollectAsync(
        this IAsyncEnumerable<ChoiceEvent> events, int choices, bool hasLogprobs, string promptField, HttpResponse response)
    {
        var whole = Enumerable.Range(0, choices).Select(_ => new WholeChoice(hasLogprobs)).ToArray();
        await foreach (var (choice, happened) in events)
        {
            if (happened is GenerationEvent.Failed(var error))
            {
                await response.WriteAsync(error.ToApiError(promptField));
                return null;
            }
            response.SetSummary(happened);
            whole[choice].Add(happened);
        }
        return whole.All(choice => choice.Finished is not null) ? whole : null;
    }

    /// <summary>
    /// Sends the answers as they come. The response starts with the first text, or with the first comment on what it waits for: until then
    /// an error can still have its own status.
    /// </summary>
    /// <inheritdoc cref="CollectAsync"/>
    public static async Task StreamAsync(
        this IAsyncEnumerable<ChoiceEvent> events, HttpContext context, string promptField, Func<IAnswerStream> start)
    {
        IAnswerStream? stream = null;
        try
        {
            await foreach (var (choice, happened) in events)
            {
                context.Response.SetSummary(happened);
                if (happened is GenerationEvent.Failed(var error) && stream is null)
                {
                    await context.Response.WriteAsync(error.ToApiError(promptField));
                }
                else if (happened is not GenerationEvent.Started)
                {
                    stream ??= start();
                    stream.Write(choice, happened);
                    if (!await stream.FlushAsync(context.RequestAborted))
                    {
                        return;
                    }
                }
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away while an event was on its way to it.
        }
        finally
        {
            stream?.Dispose();
        }
    }
}
