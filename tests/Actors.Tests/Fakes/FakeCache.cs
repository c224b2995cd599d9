using MlxActors.Native.Tensors;

namespace MlxActors.Actors.Tests.Fakes;

/// <summary>Remembers a sequence as one number that depends on every token and its place.</summary>
internal sealed class FakeCache(FakeModel model) : KvCache
{
    private int _length;
    private bool _disposed;

    public ulong Prefix { get; private set; }

    public override KvCacheSpec Spec { get; } = new(1, 1, null);

    public override int Length => _length;

    public override long Bytes => 8;

    public override int Start => 0;

    public void Append(ulong value)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        (Prefix, _length) = (FakeModel.Extend(Prefix, value), _length + 1);
    }

    public override KvCache? Fork(int length) => null;

    protected override void Dispose(bool disposing)
    {
        if (!_disposed)
        {
            _disposed = true;
            model.CacheFreed();
        }
    }
}
