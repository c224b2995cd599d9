namespace MlxActors.Actors.Streams;

/// <summary>
/// Whether a reader takes what is there. Looked at <see cref="Looks"/> times within the timeout, rather than with a timer for every text.
/// </summary>
internal sealed class ReaderWatch(PartsTaken taken)
{
    public const int Looks = 4;

    private int _written;
    private int _seen;
    private int _idleLooks;

    public bool HasBegun { get; private set; }

    public void Wrote()
    {
        HasBegun = true;
        _written++;
    }

    /// <summary>Looks once; true when, for all looks of a timeout, something was there and nothing was taken.</summary>
    public bool HasStalled()
    {
        var count = taken.Count;
        _idleLooks = count < _written && count == _seen ? _idleLooks + 1 : 0;
        _seen = count;
        return _idleLooks > Looks;
    }
}
