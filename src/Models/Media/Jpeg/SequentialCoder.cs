namespace MlxActors.Models.Media.Jpeg;

/// <summary>Whole blocks, transformed at once: coefficients are never kept (T.81, F.2.2).</summary>
internal sealed class SequentialCoder : IBlockCoder
{
    private readonly short[] _coefficients = new short[JpegComponent.BlockLength];

    public bool TryDecode(ref BitReader bits, ScanComponent component, int block)
    {
        Array.Clear(_coefficients);
        if (!bits.TryDecode(component.Dc, out var size))
        {
            return false;
        }
        component.Predictor += bits.ReadSigned(size);
        _coefficients[0] = (short)component.Predictor;
        if (!TryDecodeAc(ref bits, component.Ac))
        {
            return false;
        }
        component.Component.Transform(block, _coefficients);
        return true;
    }

    public void Restart()
    {
    }

    private bool TryDecodeAc(ref BitReader bits, HuffmanTable table)
    {
        const int runOf16 = 0xF0;
        var order = QuantizationTable.NaturalOrder;
        for (var k = 1; k < order.Length; k++)
        {
            if (!bits.TryDecode(table, out var symbol))
            {
                return false;
            }
            var (run, size) = (symbol >> 4, symbol & 15);
            if (size == 0)
            {
                if (symbol != runOf16)
                {
                    return true;
                }
                k += run;
                continue;
            }
            k += run;
            if (k >= order.Length)
            {
                return false;
            }
            _coefficients[order[k]] = (short)bits.ReadSigned(size);
        }
        return true;
    }
}
