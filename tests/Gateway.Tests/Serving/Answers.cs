using System.Text;
using Microsoft.AspNetCore.Http;

namespace MlxActors.Gateway.Tests.Serving;

/// <summary>What fake nodes answer, and how they break.</summary>
internal static class Answers
{
    public static async Task JsonAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json);
    }

    public static Task ErrorAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        return JsonAsync(context, $$$"""{"error":{"message":"test","type":"server_error","param":null,"code":"{{{code}}}"}}""");
    }

    /// <summary>Dies before anything of an answer is there.</summary>
    public static Task DieAsync(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>Sends this, and breaks off when the client has read it: what is cut may be lost on its way.</summary>
    public static async Task BreakAsync(HttpContext context, string text, Task isRead)
    {
        await SendAsync(context, text);
        await isRead;
        context.Abort();
    }

    /// <summary>Sends events, each a text between <c>data: </c> and the empty line.</summary>
    public static async Task EventsAsync(HttpContext context, params string[] events)
    {
        foreach (var one in events)
        {
            await SendAsync(context, $"data: {one}\n\n");
        }
    }

    /// <summary>Sends these bytes now.</summary>
    public static async Task SendAsync(HttpContext context, string text)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType ??= "text/event-stream; charset=utf-8";
        }
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text));
        await context.Response.Body.FlushAsync();
    }
}
