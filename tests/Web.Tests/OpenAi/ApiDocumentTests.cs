using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using MlxActors.Web.Page;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.OpenAi;

/// <summary>The document at <c>/openapi.json</c> against the server: routes, request fields and their limits, answers.</summary>
[Collection(DemoServer.Collection)]
public sealed class ApiDocumentTests(DemoServer server)
{
    private static readonly JsonElement Document = ReadDocument();

    private static IEnumerable<(string Path, JsonElement Schema, JsonObject Example)> Posts =>
        from path in Document.GetProperty("paths").EnumerateObject()
        where path.Value.TryGetProperty("post", out var post) && post.TryGetProperty("requestBody", out _)
        let body = path.Value.GetProperty("post").GetProperty("requestBody").GetProperty("content").GetProperty("application/json")
        select (path.Name, Resolve(body.GetProperty("schema")), JsonNode.Parse(body.GetProperty("example").GetRawText())!.AsObject());

    public static TheoryData<string> Paths => [.. Posts.Select(post => post.Path)];

    public static TheoryData<string, string> RequiredFields =>
        Rows(post => post.Schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()!));

    public static TheoryData<string, string> Fields =>
        Rows(post => post.Schema.GetProperty("properties").EnumerateObject().Select(one => one.Name));

    [Fact]
    public async Task Document_IsServedAsItIs() =>
        Assert.True(JsonElement.DeepEquals(Document, JsonElement.Parse(await server.Http.GetStringAsync("/openapi.json"))));

    [Fact]
    public async Task Routes_AreThoseOfTheDocument()
    {
        await using var other = await TestServer.StartAsync(new Script());
        var served =
            from endpoint in other.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []
            let path = "/" + endpoint.RoutePattern.RawText!.TrimStart('/').Replace("{**id}", "{id}")
            where path != "/" && !ChatPage.Files.ContainsKey(path[1..])
            select $"{method} {path}";
        var documented =
            from path in Document.GetProperty("paths").EnumerateObject()
            from prefix in (path.Value.TryGetProperty("servers", out var own) ? own : Document.GetProperty("servers")).EnumerateArray()
            from method in path.Value.EnumerateObject().Where(method => method.Name != "servers")
            select $"{method.Name.ToUpperInvariant()} {prefix.GetProperty("url").GetString()!.TrimEnd('/')}{path.Name}";

        Assert.Equal(documented.Order(StringComparer.Ordinal), served.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Example_IsAnsweredAsDocumented(string path)
    {
        var answer = await Api.JsonAsync(server.Http, path, Posts.Single(post => post.Path == path).Example.ToJsonString());

        AssertOf(AnswerOf(path, "post"), answer, path);
    }

    [Theory]
    [InlineData("/chat/completions", """{"n":2,"max_tokens":3,"logprobs":true,"top_logprobs":2}""")]
    [InlineData("/chat/completions", """{"max_tokens":60,"tools":[{"type":"function","function":{"name":"now"}}],"tool_choice":"required"}""")]
    [InlineData("/completions", """{"n":2,"max_tokens":3,"logprobs":2,"echo":false}""")]
    [InlineData("/responses", """{"max_output_tokens":3,"top_logprobs":2,"instructions":"Be brief.","metadata":{"a":"b"}}""")]
    [InlineData("/responses", """{"tools":[{"type":"function","name":"now","parameters":{"type":"object","properties":{}}}],"tool_choice":"required"}""")]
    [InlineData("/tokenize", """{"return_token_strs":true}""")]
    public async Task Answer_WithAllThatCanBeInIt_IsAsDocumented(string path, string fields)
    {
        var body = Posts.Single(post => post.Path == path).Example;
        foreach (var (name, value) in JsonNode.Parse(fields)!.AsObject())
        {
            body[name] = value?.DeepClone();
        }

        AssertOf(AnswerOf(path, "post"), await Api.JsonAsync(server.Http, path, body.ToJsonString()), path);
    }

    [Theory]
    [InlineData("POST", "/chat/completions", "application/json", "{}", 400)]
    [InlineData("POST", "/chat/completions", "text/plain", "{}", 415)]
    [InlineData("POST", "/chat/completions", "application/json", """{"model":"none","messages":[{"role":"user","content":"Hi"}]}""", 404)]
    [InlineData("POST", "/models", "application/json", "{}", 405)]
    [InlineData("POST", "/nowhere", "application/json", "{}", 404)]
    [InlineData("POST", "/v1/responses/none/cancel", "application/json", "{}", 404)]
    public async Task Error_IsAsDocumented(string method, string path, string type, string body, int status)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, type);
        using var response = await server.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path) { Content = content });

        Assert.Equal(status, (int)response.StatusCode);
        AssertOf(Document.GetProperty("components").GetProperty("schemas").GetProperty("Error"), await Chat.JsonAsync(response), path);
    }

    [Theory]
    [InlineData("/models", "/models")]
    [InlineData("/models/{id}", "/models/demo")]
    [InlineData("/health", "/health")]
    public async Task Get_IsAnsweredAsDocumented(string path, string request) =>
        AssertOf(AnswerOf(path, "get"), JsonElement.Parse(await server.Http.GetStringAsync(request)), path);

    [Theory]
    [MemberData(nameof(RequiredFields))]
    public async Task RequiredField_ThatIsMissing_IsRefused(string path, string field)
    {
        var body = Posts.Single(post => post.Path == path).Example;
        body.Remove(field);

        using var response = await Api.PostAsync(server.Http, path, body.ToJsonString());

        Assert.Equal((400, field, "missing_required_parameter"), await Api.ErrorAsync(response));
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task Field_OfAnotherTypeOrBeyondItsLimits_IsRefused(string path, string field)
    {
        var (_, schema, example) = Posts.Single(post => post.Path == path);

        foreach (var wrong in WrongValues(schema.GetProperty("properties").GetProperty(field)))
        {
            var body = example.DeepClone();
            body[field] = wrong;
            using var response = await Api.PostAsync(server.Http, path, body.ToJsonString());

            var error = await Api.ErrorAsync(response);
            Assert.Equal((400, field), (error.Status, error.Param));
        }
    }

    private static IEnumerable<JsonNode> WrongValues(JsonElement schema)
    {
        yield return schema.TryGetProperty("type", out var type) && type.GetString() is "number" or "integer" ? new JsonObject() : 5;
        if (schema.TryGetProperty("minimum", out var least))
        {
            yield return least.GetDouble() - 1;
        }
        if (schema.TryGetProperty("maximum", out var most))
        {
            yield return most.GetDouble() + 1;
        }
    }

    // All that is there is documented and of its type, and all that is demanded is there.
    private static void AssertOf(JsonElement schema, JsonElement value, string path)
    {
        schema = Resolve(schema);
        if (schema.TryGetProperty("oneOf", out var cases))
        {
            schema = Resolve(cases.EnumerateArray().Single(one => IsOf(Resolve(one), value)));
        }
        Assert.True(IsOf(schema, value), $"{path}: {value.GetRawText()}");
        if (schema.TryGetProperty("enum", out var names))
        {
            Assert.Contains(value.GetString(), names.EnumerateArray().Select(name => name.GetString()));
        }
        if (schema.TryGetProperty("items", out var items))
        {
            Assert.All(value.EnumerateArray(), item => AssertOf(items, item, $"{path}[]"));
        }
        if (schema.TryGetProperty("properties", out var properties))
        {
            Assert.Empty((schema.TryGetProperty("required", out var required) ? required.EnumerateArray() : default)
                .Select(name => name.GetString()!)
                .Except(value.EnumerateObject().Select(field => field.Name)));
            Assert.All(value.EnumerateObject(), field => AssertOf(properties.GetProperty(field.Name), field.Value, $"{path}.{field.Name}"));
        }
    }

    private static bool IsOf(JsonElement schema, JsonElement value) => schema.GetProperty("type").GetString() == value.ValueKind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number when schema.GetProperty("type").GetString() == "integer" && value.TryGetInt64(out _) => "integer",
        JsonValueKind.Number => "number",
        JsonValueKind.String => "string",
        JsonValueKind.Array => "array",
        _ => "object",
    };

    private static JsonElement AnswerOf(string path, string method) => Document.GetProperty("paths").GetProperty(path).GetProperty(method)
        .GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json").GetProperty("schema");

    private static JsonElement Resolve(JsonElement schema) => schema.TryGetProperty("$ref", out var reference)
        ? reference.GetString()!.Split('/').Skip(1).Aggregate(Document, (element, name) => element.GetProperty(name))
        : schema;

    private static TheoryData<string, string> Rows(Func<(string Path, JsonElement Schema, JsonObject Example), IEnumerable<string>> fields)
    {
        var rows = new TheoryData<string, string>();
        foreach (var post in Posts)
        {
            foreach (var field in fields(post))
            {
                rows.Add(post.Path, field);
            }
        }
        return rows;
    }

    private static JsonElement ReadDocument()
    {
        using var stream = typeof(MlxActors.Web.OpenAi.Health).Assembly.GetManifestResourceStream("openapi.json")!;
        using var reader = new StreamReader(stream);
        return JsonElement.Parse(reader.ReadToEnd());
    }
}
