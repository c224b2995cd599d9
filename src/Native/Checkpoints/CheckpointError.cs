namespace MlxActors.Native.Checkpoints;

/// <summary>What is wrong with a checkpoint.</summary>
/// <param name="File">Name of the file within the checkpoint.</param>
/// <param name="Subject">The tensor, the key or the part of the file that is wrong; null for the file as a whole.</param>
/// <param name="Expected">What should be there.</param>
/// <param name="Found">What is there.</param>
public sealed record CheckpointError(string File, string? Subject, string Expected, string Found)
{
    public override string ToString() => Subject is null
        ? $"{File}: expected {Expected}, found {Found}"
        : $"{File}: {Subject}: expected {Expected}, found {Found}";
}

/// <summary>
/// Carries a <see cref="CheckpointError"/> from deep within a file to the rim where it becomes a value; never leaves <c>Open</c>
/// or <c>Load</c>.
/// </summary>
public sealed class CheckpointException(CheckpointError error, Exception? cause = null) : Exception(error.ToString(), cause)
{
    public CheckpointException(string file, string? subject, string expected, string found, Exception? cause = null)
        : this(new CheckpointError(file, subject, expected, found), cause)
    {
    }

    public CheckpointError Error { get; } = error;
}
