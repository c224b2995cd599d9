using MlxActors.Models.Hub;

namespace MlxActors.Models.Tests.Hub;

public sealed class HubCacheTests
{
    [Theory]
    [InlineData("", "/home/ann/.cache/huggingface/hub")]
    [InlineData("XDG_CACHE_HOME=/x", "/x/huggingface/hub")]
    [InlineData("XDG_CACHE_HOME=/x HF_HOME=/hf", "/hf/hub")]
    [InlineData("HF_HOME=~/hf", "/home/ann/hf/hub")]
    [InlineData("HF_HOME=/hf HUGGINGFACE_HUB_CACHE=/old", "/old")]
    [InlineData("HUGGINGFACE_HUB_CACHE=/old HF_HUB_CACHE=/new", "/new")]
    public void Locate_FollowsTheHubsVariables(string variables, string root)
    {
        var environment = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1]);

        var cache = HubCache.Locate(environment.GetValueOrDefault, "/home/ann");

        Assert.Equal(root, cache.Root.Replace('\\', '/'));
    }

    [Theory]
    [InlineData("mlx-community/gemma-3-4b-it-4bit", "models--mlx-community--gemma-3-4b-it-4bit")]
    [InlineData("a/B.c_d-e", "models--a--B.c_d-e")]
    public void RepoId_AndItsFolder_AreTheSame(string text, string folder)
    {
        Assert.True(RepoId.TryParse(text, out var id));
        Assert.Equal(folder, id.FolderName);
        Assert.True(RepoId.TryParseFolderName(folder, out var back));
        Assert.Equal(id, back);
    }

    [Theory]
    [InlineData("", "/home/ann/.cache/huggingface/token")]
    [InlineData("HF_HOME=/hf HF_HUB_CACHE=/elsewhere", "/hf/token")]
    [InlineData("HF_HOME=/hf HF_TOKEN_PATH=~/my-token", "/home/ann/my-token")]
    public void TokenFile_FollowsTheHubsVariables(string variables, string file)
    {
        var environment = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1]);

        Assert.Equal(file, HubCache.TokenFile(environment.GetValueOrDefault, "/home/ann").Replace('\\', '/'));
    }
}
