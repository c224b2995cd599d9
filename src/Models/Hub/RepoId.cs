using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace MlxActors.Models.Hub;

/// <summary>A repository on the Hugging Face hub: <c>organisation/name</c>. Only what the hub itself allows can be built.</summary>
public sealed partial record RepoId
{
    private const string FolderPrefix = "models--";

    private RepoId(string organisation, string name) => (Organisation, Name) = (organisation, name);

    public string Organisation { get; }

    public string Name { get; }

    /// <summary>Its folder in the hub's cache: <c>models--organisation--name</c>.</summary>
    public string FolderName => $"{FolderPrefix}{Organisation}--{Name}";

    public static bool TryParse(string text, [NotNullWhen(true)] out RepoId? id)
    {
        var parts = text.Split('/');
        id = parts is [var organisation, var name] && IsLegal(organisation) && IsLegal(name) ? new RepoId(organisation, name) : null;
        return id is not null;
    }

    /// <summary>Reads the name of a cache folder. Ids hold no <c>--</c>, so that it cannot be read in two ways.</summary>
    public static bool TryParseFolderName(string folder, [NotNullWhen(true)] out RepoId? id)
    {
        id = null;
        return folder.StartsWith(FolderPrefix, StringComparison.Ordinal)
            && folder[FolderPrefix.Length..].Split("--") is [var organisation, var name]
            && TryParse($"{organisation}/{name}", out id);
    }

    public override string ToString() => $"{Organisation}/{Name}";

    private static bool IsLegal(string part) => Part().IsMatch(part) && !part.Contains("..") && !part.Contains("--");

    // The hub's own rule: letters, digits, '-', '_' and '.', neither first nor last a '-' or '.', at most 96.
    [GeneratedRegex(@"\A[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}
