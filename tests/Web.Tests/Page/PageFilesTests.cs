using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using MlxActors.Web.Page;
using MlxActors.Web.Tests.Serving;

namespace MlxActors.Web.Tests.Page;

public sealed partial class PageFilesTests
{
    public static TheoryData<string> Paths => [.. ChatPage.Files.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/index.html", "text/html")]
    [InlineData("/app.css", "text/css")]
    [InlineData("/icon.svg", "image/svg+xml")]
    [InlineData("/js/main.js", "text/javascript")]
    public async Task File_IsServedWithItsTypeAndAStrictPolicy(string path, string type)
    {
        await using var server = await TestServer.StartAsync(new Script());

        using var response = await server.Http.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' data: blob:; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            Header(response, "Content-Security-Policy"));
        Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header(response, "Referrer-Policy"));
        Assert.Equal("no-cache", Header(response, "Cache-Control"));
    }

    [Fact]
    public async Task File_ThatTheBrowserHas_IsNotSentAgain()
    {
        await using var server = await TestServer.StartAsync(new Script());
        using var first = await server.Http.GetAsync("/");

        using var again = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "If-None-Match", first.Headers.ETag!.ToString() } } };
        using var second = await server.Http.SendAsync(again);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Head_OfThePage_HasItsLengthAndNoBody()
    {
        await using var server = await TestServer.StartAsync(new Script());

        using var response = await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(ChatPage.Files["index.html"].Content.Length, response.Content.Headers.ContentLength);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("GET", "/js/nothing.js", HttpStatusCode.NotFound, "unknown_url")]
    [InlineData("GET", "/js/../../hocon/http.conf", HttpStatusCode.NotFound, "unknown_url")]
    [InlineData("GET", "/wwwroot/index.html", HttpStatusCode.NotFound, "unknown_url")]
    [InlineData("POST", "/", HttpStatusCode.MethodNotAllowed, "method_not_supported")]
    public async Task OtherPath_IsAnErrorInOpenAisShape(string method, string path, HttpStatusCode status, string code)
    {
        await using var server = await TestServer.StartAsync(new Script());

        using var response = await server.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(code, (await Chat.JsonAsync(response)).GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void File_NamesNoOtherHost(string path)
    {
        var addresses = Address().Matches(TextOf(path)).Select(match => match.Value)
            .Where(address => address != "http://www.w3.org/2000/svg"); // The name of a language, which nobody fetches.

        Assert.Empty(addresses);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void File_RefersOnlyToFilesThatAreThere(string path)
    {
        var missing = Reference().Matches(TextOf(path))
            .Select(match => new Uri(new Uri($"page:///{path}"), match.Groups[1].Value).AbsolutePath.TrimStart('/'))
            .Where(target => !ChatPage.Files.ContainsKey(target));

        Assert.Empty(missing);
    }

    [Fact]
    public void EveryModule_IsImportedBySomething()
    {
        var referred = ChatPage.Files.Keys
            .SelectMany(path => Reference().Matches(TextOf(path))
                .Select(match => new Uri(new Uri($"page:///{path}"), match.Groups[1].Value).AbsolutePath.TrimStart('/')))
            .Append("index.html");

        Assert.Empty(ChatPage.Files.Keys.Except(referred));
    }

    // What reads text as markup or as code has no place in a page that shows what a model says.
    [Theory]
    [MemberData(nameof(Paths))]
    public void Script_ReadsNoTextAsMarkupOrCode(string path) => Assert.Empty(Unsafe().Matches(TextOf(path)));

    private static string TextOf(string path) => Encoding.UTF8.GetString(ChatPage.Files[path].Content.Span);

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));

    [GeneratedRegex("""(?:https?:|wss?:|["'(])//[\w.]+[^\s"'<>)]*""")]
    private static partial Regex Address();

    [GeneratedRegex("""(?:\bfrom |\bimport |\bsrc=|\bhref=|\burl\()["']([^"'#][^"']*)["']""")]
    private static partial Regex Reference();

    [GeneratedRegex(@"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function|setHTMLUnsafe")]
    private static partial Regex Unsafe();
}
