using System.Collections.Immutable;
using MlxActors.Native.Results;

namespace MlxActors.Models.Hub;

/// <summary>A file of a repository as the hub lists it.</summary>
/// <param name="Path">Within the repository, with <c>/</c>.</param>
/// <param name="Size">In bytes.</param>
public sealed record RepoFile(string Path, long Size, BlobId Blob);

/// <summary>The files of one commit.</summary>
/// <param name="Commit">Forty hexadecimal digits.</param>
public sealed record RepoListing(string Commit, ImmutableArray<RepoFile> Files)
{
    /// <summary>The file that says which family the checkpoint is of.</summary>
    public const string Config = "config.json";

    private const string ShardIndex = "model.safetensors.index.json";

    /// <summary>Small files that the families read, and those that other readers of the same cache expect beside them.</summary>
    private static readonly ImmutableHashSet<string> Settings =
    [
        Config,
        "generation_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "added_tokens.json",
        "chat_template.json",
        "chat_template.jinja",
        "preprocessor_config.json",
        "processor_config.json",
        "video_preprocessor_config.json",
        ShardIndex,
    ];

    /// <summary>The files that make up the checkpoint; not the pictures, cards and other formats beside it.</summary>
    /// <returns>Or what is missing, in words that follow "the repository".</returns>
    public Result<ImmutableArray<RepoFile>, string> Needed()
    {
        var isSharded = Files.Any(file => file.Path == ShardIndex);
        var needed = Files.Where(file => Settings.Contains(file.Path) || IsWeights(file.Path, isSharded)).ToImmutableArray();
        return !needed.Any(file => file.Path == Config) ? Missing(Config)
            : !needed.Any(file => file.Path == "tokenizer.json") ? Missing("tokenizer.json")
            : !needed.Any(file => IsWeights(file.Path, isSharded)) ? Missing("model*.safetensors")
            : Result.Ok<ImmutableArray<RepoFile>, string>(needed);
    }

    private static bool IsWeights(string path, bool isSharded) => isSharded
        ? path.StartsWith("model", StringComparison.Ordinal) && path.EndsWith(".safetensors", StringComparison.Ordinal) && IsPlain(path)
        : path == "model.safetensors";

    // The name becomes a file name on this machine.
    private static bool IsPlain(string path) => path.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    private static Result<ImmutableArray<RepoFile>, string> Missing(string file) =>
        Result.Error<ImmutableArray<RepoFile>, string>($"has no {file}, so it is no checkpoint in MLX format");
}
