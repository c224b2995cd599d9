namespace MlxActors.Models.Media.Jpeg;

/// <summary>The first bits of a band of AC coefficients (T.81, G.1.2.2).</summary>
internal sealed class AcFirstCoder(JpegScan scan) : IBlockCoder
{
    private int _emptyBlocks;

    public bool TryDecode(ref BitReader bits, ScanComponent component, int block)
    {
        if (_emptyBlocks > 0)
        {
            _emptyBlocks--;
            return true;
        }
        var coefficients = component.Component.Coefficients(block);
        for (var k = scan.First; k <= scan.Last; k++)
        {
            if (!bits.TryDecode(component.Ac, out var symbol))
            {
                return false;
            }
            var (run, size) = (symbol >> 4, symbol & 15);
            if (size == 0 && run < 15)
            {
                _emptyBlocks = (1 << run) - 1 + bits.Read(run);
                return true;
            }
            k += run;
            if (size == 0)
            {
                continue;
            }
            if (k > scan.Last)
            {
                return false;
            }
            coefficients[QuantizationTable.NaturalOrder[k]] = (short)(bits.ReadSigned(size) << scan.Low);
        }
        return true;
    }

    public void Restart() => _emptyBlocks = 0;
}

/// <summary>One more bit of a band of AC coefficients (T.81, G.1.2.3).</summary>
internal sealed class AcRefinementCoder(JpegScan scan) : IBlockCoder
{
    private readonly int _bit = 1 << scan.Low;

    /// <summary>Blocks, this one included, to which nothing new comes: only coefficients already there get their bit.</summary>
    private int _emptyBlocks;

    public bool TryDecode(ref BitReader bits, ScanComponent component, int block)
    {
        var coefficients = component.Component.Coefficients(block);
        var k = scan.First;
        while (k <= scan.Last && _emptyBlocks == 0)
        {
            if (!bits.TryDecode(component.Ac, out var symbol))
            {
                return false;
            }
            var (run, size) = (symbol >> 4, symbol & 15);
            if (size > 1)
            {
                return false;
            }
            if (size == 0 && run < 15)
            {
                _emptyBlocks = (1 << run) + bits.Read(run);
                break;
            }
            var value = size == 0 ? 0 : bits.Read(1) == 1 ? _bit : -_bit;
            k = RefineUpTo(ref bits, coefficients, k, run);
            if (value != 0)
            {
                if (k > scan.Last)
                {
                    return false;
                }
                coefficients[QuantizationTable.NaturalOrder[k]] = (short)value;
            }
            k++;
        }
        if (_emptyBlocks > 0)
        {
            // Most such blocks hold nothing yet, and a file can ask for them hundreds of times.
            if (coefficients.ContainsAnyExcept((short)0))
            {
                RefineUpTo(ref bits, coefficients, k, JpegComponent.BlockLength);
            }
            _emptyBlocks--;
        }
        return true;
    }

    public void Restart() => _emptyBlocks = 0;

    /// <summary>Passes over so many zeros, and stops at the next one; nonzero coefficients on the way get their bit.</summary>
    private int RefineUpTo(ref BitReader bits, Span<short> coefficients, int k, int zeros)
    {
        for (; k <= scan.Last; k++)
        {
            ref var coefficient = ref coefficients[QuantizationTable.NaturalOrder[k]];
            if (coefficient == 0)
            {
                if (zeros-- == 0)
                {
                    break;
                }
            }
            else if (bits.Read(1) == 1 && (coefficient & _bit) == 0)
            {
                coefficient += (short)(coefficient > 0 ? _bit : -_bit);
            }
        }
        return k;
    }
}
