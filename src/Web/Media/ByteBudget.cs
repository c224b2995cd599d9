namespace MlxActors.Web.Media;

/// <summary>Bytes that the files of one request may still take, together. Thread-safe.</summary>
internal sealed class ByteBudget(long most)
{
    private long _left = most;

    public bool Holds(long bytes) => bytes <= Interlocked.Read(ref _left);

    /// <returns>False when there are not so many left; nothing more can be taken then.</returns>
    public bool TryTake(int bytes) => Interlocked.Add(ref _left, -bytes) >= 0;
}
