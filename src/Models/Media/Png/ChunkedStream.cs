namespace MlxActors.Models.Media.Png;

/// <summary>Parts of a file read as one stream: a zlib stream may be cut into IDAT chunks anywhere.</summary>
internal sealed class ChunkedStream(IReadOnlyList<ReadOnlyMemory<byte>> parts) : Stream
{
    private int _part;
    private int _offset;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        while (_part < parts.Count && _offset == parts[_part].Length)
        {
            (_part, _offset) = (_part + 1, 0);
        }
        if (_part == parts.Count)
        {
            return 0;
        }
        var piece = parts[_part].Span[_offset..];
        piece = piece[..Math.Min(piece.Length, buffer.Length)];
        piece.CopyTo(buffer);
        _offset += piece.Length;
        return piece.Length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
