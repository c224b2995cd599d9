using System.Text.Json;

namespace MlxActors.Web.Tests.Serving;

/// <summary>The typed events of a streamed response.</summary>
internal static class ResponseEvents
{
    private const string Event = "event: ";
    private const string Data = "data: ";

    /// <summary>The data of every event; each must be named after its type and numbered in order.</summary>
    public static async Task<JsonElement[]> ReadAsync(HttpResponseMessage response)
    {
        var blocks = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        var events = blocks.Select(Parse).ToArray();
        Assert.Equal(Enumerable.Range(0, events.Length), events.Select(data => data.GetProperty("sequence_number").GetInt32()));
        return events;
    }

    private static JsonElement Parse(string block)
    {
        var lines = block.Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith(Event, lines[0]);
        Assert.StartsWith(Data, lines[1]);
        var data = JsonElement.Parse(lines[1][Data.Length..]);
        Assert.Equal(lines[0][Event.Length..], data.GetProperty("type").GetString());
        return data;
    }
}
