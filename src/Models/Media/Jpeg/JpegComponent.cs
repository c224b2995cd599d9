namespace MlxActors.Models.Media.Jpeg;

/// <summary>What a frame header says of a colour component.</summary>
/// <param name="Id">The file's name for it.</param>
/// <param name="Horizontal">Sampling factor, 1 to 4: samples a row, relative to the other components.</param>
/// <param name="Vertical">Likewise for rows.</param>
/// <param name="TableIndex">Its quantization table.</param>
internal sealed record ComponentLayout(byte Id, int Horizontal, int Vertical, int TableIndex);

/// <summary>One colour component of a frame: its coefficients while they are collected, its samples afterwards.</summary>
/// <param name="layout">What the frame header says of it.</param>
/// <param name="width">Samples a row that the picture needs; what lies beyond pads the last block.</param>
/// <param name="height">Rows that the picture needs.</param>
/// <param name="blocksWide">Blocks a row, whole MCUs.</param>
/// <param name="blocksHigh">Rows of blocks, whole MCUs.</param>
/// <param name="progressive">Whether coefficients must be kept until the last scan.</param>
internal sealed class JpegComponent(ComponentLayout layout, int width, int height, int blocksWide, int blocksHigh, bool progressive)
{
    public const int BlockSide = 8;
    public const int BlockLength = BlockSide * BlockSide;

    // Coefficients take twice the memory of samples, so a progressive picture has either the ones or the others.
    private byte[] _samples = progressive ? [] : new byte[blocksWide * blocksHigh * BlockLength];
    private short[] _coefficients = progressive ? new short[blocksWide * blocksHigh * BlockLength] : [];

    public ComponentLayout Layout => layout;

    public int Width => width;

    public int Height => height;

    public int BlocksWide => blocksWide;

    /// <summary>Blocks a row that hold samples of the picture: what a scan of this component alone codes.</summary>
    public int BlocksWideAlone => (width + BlockSide - 1) / BlockSide;

    public int BlocksHighAlone => (height + BlockSide - 1) / BlockSide;

    /// <summary>Step sizes, fixed by the first scan of the component; null before it.</summary>
    public ushort[]? Quantization { get; set; }

    /// <summary>The samples of one row, without padding.</summary>
    public ReadOnlySpan<byte> Row(int y) => _samples.AsSpan(y * blocksWide * BlockSide, width);

    /// <summary>Kept coefficients of a block, row-major.</summary>
    public Span<short> Coefficients(int block) => _coefficients.AsSpan(block * BlockLength, BlockLength);

    /// <summary>Turns coefficients into the samples of a block.</summary>
    public void Transform(int block, ReadOnlySpan<short> coefficients)
    {
        var stride = blocksWide * BlockSide;
        var (row, column) = Math.DivRem(block, blocksWide);
        InverseDct.Transform(coefficients, Quantization, _samples.AsSpan((row * BlockSide * stride) + (column * BlockSide)), stride);
    }

    /// <summary>Turns the kept coefficients of the whole component into samples, and lets go of them.</summary>
    public void TransformKept()
    {
        _samples = new byte[blocksWide * blocksHigh * BlockLength];
        for (var y = 0; y < BlocksHighAlone; y++)
        {
            for (var x = 0; x < BlocksWideAlone; x++)
            {
                var block = (y * blocksWide) + x;
                Transform(block, Coefficients(block));
            }
        }
        _coefficients = [];
    }
}
