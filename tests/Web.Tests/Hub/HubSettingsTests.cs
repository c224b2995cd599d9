using MlxActors.Web.Hub;

namespace MlxActors.Web.Tests.Hub;

/// <summary>The variables of Hugging Face's tools, and sizes as people read them.</summary>
public sealed class HubSettingsTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("mlxactors-");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public void NothingSet_IsTheHub_WithoutAToken() =>
        Assert.Equal(new HubSettings(new Uri("https://huggingface.co/"), null, IsOffline: false), Read());

    [Theory]
    [InlineData("1", true)]
    [InlineData("true", true)]
    [InlineData("ON", true)]
    [InlineData("0", false)]
    [InlineData("", false)]
    public void Offline_IsSaidAsTheHubsToolsTakeIt(string value, bool isOffline) =>
        Assert.Equal(isOffline, Read(("HF_HUB_OFFLINE", value)).IsOffline);

    [Fact]
    public void Endpoint_MayHaveAPath_WithOrWithoutASlash() =>
        Assert.Equal(Read(("HF_ENDPOINT", "http://mirror/hf/")).Endpoint, Read(("HF_ENDPOINT", "http://mirror/hf")).Endpoint);

    [Theory]
    [InlineData("mirror")]
    [InlineData("ftp://mirror")]
    public void Endpoint_ThatIsNoAddress_IsAnError(string endpoint) => Assert.Contains(
        $"HF_ENDPOINT is '{endpoint}'",
        HubSettings.Read(name => name == "HF_ENDPOINT" ? endpoint : null, _home.FullName).Match(_ => "", error => error));

    [Fact]
    public void Token_IsTheVariable_ElseTheFileOfTheLogin_UnlessThatIsForbidden()
    {
        var file = Path.Combine(_home.FullName, "token");
        File.WriteAllText(file, "hf_file\n");

        Assert.Equal("hf_file", Read(("HF_TOKEN_PATH", file)).Token);
        Assert.Equal("hf_mine", Read(("HF_TOKEN_PATH", file), ("HF_TOKEN", " hf_mine ")).Token);
        Assert.Null(Read(("HF_TOKEN_PATH", file), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")).Token);
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.0 kB")]
    [InlineData(999_949, "999.9 kB")]
    [InlineData(999_950, "1.0 MB")]
    [InlineData(2_990_000_000, "3.0 GB")]
    public void Bytes_AreReadable(long bytes, string text) => Assert.Equal(text, ByteText.Of(bytes));

    private HubSettings Read(params (string Name, string Value)[] variables) => HubSettings
        .Read(variables.ToDictionary(one => one.Name, one => one.Value).GetValueOrDefault, _home.FullName)
        .Match(settings => settings, error => throw new InvalidOperationException(error));
}
