using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlxActors.Web.Tests.Serving;

/// <summary>Requests to any endpoint.</summary>
internal static class Api
{
    public static Task<HttpResponseMessage> PostAsync(HttpClient http, string path, string json) =>
        http.PostAsync(path, JsonContent.Create(JsonNode.Parse(json)));

    /// <summary>The answer to a request that must succeed.</summary>
    public static async Task<JsonElement> JsonAsync(HttpClient http, string path, string json)
    {
        using var response = await PostAsync(http, path, json);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonElement.Parse(body);
    }

    /// <summary>Status, field and code of the error that a request gets.</summary>
    public static async Task<(int Status, string? Param, string? Code)> ErrorAsync(HttpResponseMessage response)
    {
        var error = (await Chat.JsonAsync(response)).GetProperty("error");
        Assert.NotEqual("", error.GetProperty("message").GetString());
        Assert.NotEqual("", error.GetProperty("type").GetString());
        return ((int)response.StatusCode, error.GetProperty("param").GetString(), error.GetProperty("code").GetString());
    }
}
