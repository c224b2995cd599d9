using MlxActors.Native.Results;

namespace MlxActors.Models;

/// <summary>A checkpoint on this machine. Two names of one folder are one model, so the folder alone decides equality.</summary>
/// <param name="Id">The name that answers and listings carry.</param>
/// <param name="Directory">The checkpoint's folder, absolute and in one spelling.</param>
public sealed record ModelLocation(string Id, string Directory)
{
    public bool Equals(ModelLocation? other) => other is not null && Directory == other.Directory;

    public override int GetHashCode() => Directory.GetHashCode(StringComparison.Ordinal);
}

/// <summary>
/// Finds the checkpoint that a client's name stands for (alias, repository id or folder), or says why there is none.
/// Called on the supervisor's thread: it looks at names and folders, and reads no weights.
/// </summary>
public delegate Result<ModelLocation, string> ResolveModel(string name);
