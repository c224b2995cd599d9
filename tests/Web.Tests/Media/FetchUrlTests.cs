using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Native.Results;
using MlxActors.Web.Media;

namespace MlxActors.Web.Tests.Media;

public sealed class FetchUrlTests
{
    [Theory]
    [InlineData("http://example.com/a.png")]
    [InlineData("HTTPS://example.com:8443/a.png?x=1#y")]
    [InlineData("https://bücher.example/a.png")]
    [InlineData("http://[2606:4700::1]/a.png")]
    public void Url_OfHttp_IsTaken(string text) =>
        Assert.Equal(new Uri(text), Assert.IsType<Result<Uri, FetchError>.Ok>(FetchUrl.Parse(text)).Value);

    [Theory]
    [InlineData("")]
    [InlineData("/a.png")]
    [InlineData("http://")]
    [InlineData("http:///a.png")]
    [InlineData("http://a b/")]
    [InlineData("http://example.com:99999/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://example.com/a.png")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http://example.com@127.0.0.1/")]
    [InlineData("https://user:secret@example.com/")]
    public void Url_OfAnyOtherForm_IsRefused(string text) => Assert.IsType<Result<Uri, FetchError>.Error>(FetchUrl.Parse(text));

    [Fact]
    public void Url_OfManyCharacters_IsRefused() =>
        Assert.IsType<Result<Uri, FetchError>.Error>(FetchUrl.Parse($"http://example.com/{new string('a', 9000)}"));

    [Property(MaxTest = 1000)]
    public Property Parse_OfAnyText_IsAUrlOrAnError() => Prop.ForAll(
        ArbMap.Default.ArbFor<string?>(), text => FetchUrl.Parse($"http://{text}") is not null && FetchUrl.Parse(text ?? "") is not null);
}
