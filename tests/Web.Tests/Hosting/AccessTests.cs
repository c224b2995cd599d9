using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using MlxActors.Generation;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Hosting;

/// <summary>Who may use the server: keys, hosts, origins; and the errors of requests that no endpoint takes.</summary>
public sealed class AccessTests
{
    private const string Keys = """mlxactors.http.api-keys = ["sk-one", "sk-two"]""";

    [Theory]
    [InlineData(null, 401)]
    [InlineData("Bearer sk-three", 401)]
    [InlineData("Bearer sk-on", 401)]
    [InlineData("Bearer", 401)]
    [InlineData("Basic sk-one", 401)]
    [InlineData("Bearer sk-one", 200)]
    [InlineData("bearer sk-two", 200)]
    public async Task Key_IsAskedOfTheApi(string? authorization, int status)
    {
        await using var server = await TestServer.StartAsync(new Script(), Keys);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using var response = await server.Http.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
        if (status == 401)
        {
            Assert.Equal((401, null, "invalid_api_key"), await Api.ErrorAsync(response));
            Assert.Equal("Bearer", Assert.Single(response.Headers.WwwAuthenticate).Scheme);
        }
    }

    [Theory]
    [InlineData("/health", HttpStatusCode.OK)]
    [InlineData("/", HttpStatusCode.OK)]
    [InlineData("/models", HttpStatusCode.Unauthorized)]
    [InlineData("/nothing", HttpStatusCode.Unauthorized)]
    public async Task WithoutAKey_OnlyWhatIsOpenAnswers(string path, HttpStatusCode status)
    {
        await using var server = await TestServer.StartAsync(new Script(), Keys);

        using var response = await server.Http.GetAsync(path);

        Assert.Equal(status, response.StatusCode);
    }

    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("localhost:9999", 200)]
    [InlineData("127.0.0.1:1234", 200)]
    [InlineData("[::1]:1234", 200)]
    [InlineData("models.internal", 200)]
    [InlineData("evil.example", 403)]
    [InlineData("localhost.evil.example", 403)]
    [InlineData("10.0.0.1", 403)]
    public async Task Host_ThatIsNotTheServersOwn_IsRefusedOnLoopback(string host, int status)
    {
        await using var server = await TestServer.StartAsync(new Script(), """mlxactors.http.allowed-hosts = ["models.internal"]""");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Host = host;

        using var response = await server.Http.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
        if (status == 403)
        {
            Assert.Equal((403, null, "host_not_allowed"), await Api.ErrorAsync(response));
        }
    }

    [Theory]
    [InlineData("[]", "http://evil.example", 403)]
    [InlineData("[]", "null", 403)]
    [InlineData("[]", "http://localhost:1", 403)]
    [InlineData("[]", null, 200)]
    [InlineData("""["http://friend.example"]""", "http://evil.example", 403)]
    [InlineData("""["http://friend.example"]""", "http://friend.example", 200)]
    [InlineData("""["*"]""", "http://evil.example", 200)]
    public async Task Origin_ThatIsForeign_IsRefusedUnlessCorsAllowsIt(string origins, string? origin, int status)
    {
        await using var server = await TestServer.StartAsync(new Script(), $"mlxactors.http.cors-origins = {origins}");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation("Origin", origin);

        using var response = await server.Http.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(
            status == 200 && origin is not null ? [origins.Contains('*') ? "*" : origin] : [],
            response.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) ? allowed : []);
        if (status == 403)
        {
            Assert.Equal((403, null, "origin_not_allowed"), await Api.ErrorAsync(response));
        }
    }

    [Fact]
    public async Task Origin_OfTheServersOwnPage_IsLetThrough()
    {
        await using var server = await TestServer.StartAsync(new Script());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Add("Origin", server.Address.GetLeftPart(UriPartial.Authority));

        using var response = await server.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Preflight_OfAnAllowedOrigin_IsAnsweredWithoutAKey()
    {
        await using var server = await TestServer.StartAsync(
            new Script(), Keys + "\nmlxactors.http.cors-origins = [\"http://friend.example\"]");
        using var request = new HttpRequestMessage(HttpMethod.Options, Chat.Path);
        request.Headers.Add("Origin", "http://friend.example");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");

        using var response = await server.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("http://friend.example", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("POST", response.Headers.GetValues("Access-Control-Allow-Methods").Single());
        Assert.Equal("authorization,content-type", response.Headers.GetValues("Access-Control-Allow-Headers").Single());
    }

    [Fact]
    public async Task Error_ForAnAllowedOrigin_CanBeReadByItsPage()
    {
        await using var server = await TestServer.StartAsync(
            Script.Of(new GenerationEvent.Failed(new GenerationError.EngineFailed("test"))), """mlxactors.http.cors-origins = ["*"]""");
        using var request = new HttpRequestMessage(HttpMethod.Post, Chat.Path) { Content = JsonContent.Create(Chat.Request("hi")) };
        request.Headers.Add("Origin", "http://friend.example");

        using var response = await server.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    [Theory]
    [InlineData("GET", "/nothing", 404, "unknown_url", null)]
    [InlineData("POST", "/v1", 404, "unknown_url", null)]
    [InlineData("GET", "/v1/chat/completions", 405, "method_not_supported", "POST")]
    [InlineData("DELETE", "/completions", 405, "method_not_supported", "POST")]
    [InlineData("POST", "/health", 405, "method_not_supported", "GET")]
    [InlineData("POST", "/tokenize", 415, "unsupported_content_type", null)]
    public async Task Request_ThatNoEndpointTakes_GetsAnErrorInOpenAisShape(
        string method, string path, int status, string code, string? allow)
    {
        await using var server = await TestServer.StartAsync(new Script());
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = new StringContent("a=b");
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");

        using var response = await server.Http.SendAsync(request);

        Assert.Equal((status, null, code), await Api.ErrorAsync(response));
        Assert.Equal(allow is null ? [] : [allow], response.Content.Headers.Allow);
    }
}
