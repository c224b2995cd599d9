namespace MlxActors.Actors.Streams;

/// <summary>
/// Whether a reader takes what is there. Looked at <see cref="Looks"/> times within the timeout, rather than with a timer for every text.
/// </summary>
internal sealed class ReaderWatch
{
    public const int Looks = 4;

    private int _unread;
    private int _idleLooks;

    public bool HasBegun { get; private set; }

    public void Wrote()
    {
        HasBegun = true;
        _unread++;
    }

    public void Took()
    {
        _unread--;
        _idleLooks = 0;
    }

    /// <summary>Looks once; true when, for all looks of a timeout, something was there and nothing was taken.</summary>
    public bool HasStalled()
    {
        _idleLooks = _unread > 0 ? _idleLooks + 1 : 0;
        return _idleLooks > Looks;
    }
}
