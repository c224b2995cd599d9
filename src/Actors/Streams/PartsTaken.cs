namespace MlxActors.Actors.Streams;

/// <summary>
/// How many texts and calls a reader has taken: counted where it takes them, and told to the generation in lots of a quarter of the
/// buffer, to spare a message for every token. With <see cref="Credit"/>'s own lots less than a buffer is ever kept back.
/// </summary>
public sealed class PartsTaken(int buffer)
{
    private int _count;

    public int Lot { get; } = Math.Max(1, buffer / 4);

    public int Count => Volatile.Read(ref _count);

    /// <summary>Counts one; from one thread at a time.</summary>
    /// <returns>Whether a lot is full.</returns>
    public bool Add()
    {
        Volatile.Write(ref _count, _count + 1);
        return _count % Lot == 0;
    }
}
