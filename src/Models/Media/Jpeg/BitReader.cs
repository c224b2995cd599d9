using System.Buffers.Binary;

namespace MlxActors.Models.Media.Jpeg;

/// <summary>
/// Bits of entropy-coded data. A marker or the file's end stops it; it then yields zeros and says <see cref="IsExhausted"/>,
/// so that the decoding of a block needs no check of its own.
/// </summary>
internal ref struct BitReader(ReadOnlySpan<byte> content, int position)
{
    /// <summary>No more bits than this are asked for at once.</summary>
    private const int Largest = 16;

    private readonly ReadOnlySpan<byte> _content = content;
    private ulong _bits;
    private int _count;
    private int _padding;

    /// <summary>Where to look for the next marker.</summary>
    public int Position { get; private set; } = position;

    /// <summary>Whether bits were used that are not in the data.</summary>
    public readonly bool IsExhausted => _padding > _count;

    /// <summary>The next symbol; false when the bits are no code of this table.</summary>
    public bool TryDecode(HuffmanTable table, out int symbol)
    {
        if (_count < Largest)
        {
            Fill();
        }
        (symbol, var length) = table.Find((int)(_bits >> (_count - Largest)) & 0xFFFF);
        _count -= length;
        return length != 0;
    }

    /// <summary>The next 0 to 16 bits as an unsigned number.</summary>
    public int Read(int bits)
    {
        if (_count < bits)
        {
            Fill();
        }
        _count -= bits;
        return (int)(_bits >> _count) & ((1 << bits) - 1);
    }

    /// <summary>A signed number of so many bits: without its leading 1 it is negative (T.81, F.2.2.1).</summary>
    public int ReadSigned(int bits)
    {
        if (bits == 0)
        {
            return 0;
        }
        var value = Read(bits);
        return value < 1 << (bits - 1) ? value - (1 << bits) + 1 : value;
    }

    /// <summary>Steps over the restart marker that must follow, with nothing but the padding of the last byte before it.</summary>
    public bool TryRestart(int number)
    {
        while (Position + 1 < _content.Length && _content[Position] == 0xFF && _content[Position + 1] == 0xFF)
        {
            Position++;
        }
        var isRightMarker = Position + 1 < _content.Length
            && _content[Position] == 0xFF
            && _content[Position + 1] == JpegMarker.Restart0 + (number & 7);
        if (!isRightMarker || _count - _padding >= 8)
        {
            return false;
        }
        Position += 2;
        (_bits, _count, _padding) = (0, 0, 0);
        return true;
    }

    private void Fill()
    {
        if (TryFillFast())
        {
            return;
        }
        while (_count <= 56)
        {
            if (!TryNextByte(out var value))
            {
                _padding += 8;
            }
            _bits = (_bits << 8) | (uint)value;
            _count += 8;
        }
    }

    /// <summary>Takes up to seven bytes at once when none of the next eight begins a marker or a stuffed byte.</summary>
    private bool TryFillFast()
    {
        if (Position > _content.Length - sizeof(ulong))
        {
            return false;
        }
        var ahead = BinaryPrimitives.ReadUInt64BigEndian(_content[Position..]);
        if ((ahead & 0x8080808080808080 & (~ahead - 0x0101010101010101)) != 0)
        {
            return false;
        }
        var bytes = (63 - _count) / 8;
        _bits = (_bits << (8 * bytes)) | (ahead >> (64 - (8 * bytes)));
        _count += 8 * bytes;
        Position += bytes;
        return true;
    }

    private bool TryNextByte(out int value)
    {
        value = 0;
        if (Position >= _content.Length)
        {
            return false;
        }
        if (_content[Position] != 0xFF)
        {
            value = _content[Position++];
            return true;
        }
        if (Position + 1 < _content.Length && _content[Position + 1] == 0)
        {
            value = 0xFF;
            Position += 2;
            return true;
        }
        return false;
    }
}
