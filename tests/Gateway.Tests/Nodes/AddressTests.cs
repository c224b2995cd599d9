using System.Net;
using MlxActors.Gateway.Nodes;

namespace MlxActors.Gateway.Tests.Nodes;

/// <summary>How nodes are named.</summary>
public sealed class AddressTests
{
    [Theory]
    [InlineData("http://10.0.0.5:1234", "http://10.0.0.5:1234")]
    [InlineData("http://10.0.0.5:1234/", "http://10.0.0.5:1234")]
    [InlineData("HTTPS://Node.Example/base/", "https://node.example/base")]
    [InlineData("10.0.0.5:1234", null)]
    [InlineData("ftp://10.0.0.5", null)]
    [InlineData("http://user:pass@host", null)]
    [InlineData("http://host/?a=b", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Url_IsThatOfAServer(string? url, string? expected) => Assert.Equal(expected, NodeAddress.Parse(url)?.Url);

    [Theory]
    [InlineData("nodes:1234", "http", "nodes", 1234)]
    [InlineData("mlxactors.default.svc:80", "http", "mlxactors.default.svc", 80)]
    [InlineData("https://nodes.internal:8443", "https", "nodes.internal", 8443)]
    public void DnsName_HasASchemeAHostAndAPort(string text, string scheme, string host, int port) =>
        Assert.Equal(new DnsName(scheme, host, port), DnsName.Parse(text));

    [Theory]
    [InlineData("nodes")]
    [InlineData("nodes:0")]
    [InlineData("nodes:99999")]
    [InlineData(":1234")]
    [InlineData("10.0.0.1:1234")]
    [InlineData("no des:1234")]
    [InlineData(null)]
    public void DnsName_ThatIsNone_IsRefused(string? text) => Assert.Null(DnsName.Parse(text));

    [Theory]
    [InlineData("10.0.0.7", "https://10.0.0.7:8443")]
    [InlineData("fd00::7", "https://[fd00::7]:8443")]
    public void AddressOfAName_KeepsTheNameForCertificates(string address, string url) => Assert.Equal(
        new NodeAddress(url, "nodes.internal:8443"),
        NodeAddress.Of(DnsName.Parse("https://nodes.internal:8443")!, IPAddress.Parse(address)));
}
