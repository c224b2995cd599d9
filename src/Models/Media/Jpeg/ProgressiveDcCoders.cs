namespace MlxActors.Models.Media.Jpeg;

/// <summary>The first bits of DC values (T.81, G.1.2.1).</summary>
internal sealed class DcFirstCoder(JpegScan scan) : IBlockCoder
{
    public bool TryDecode(ref BitReader bits, ScanComponent component, int block)
    {
        if (!bits.TryDecode(component.Dc, out var size))
        {
            return false;
        }
        component.Predictor += bits.ReadSigned(size);
        component.Component.Coefficients(block)[0] = (short)(component.Predictor << scan.Low);
        return true;
    }

    public void Restart()
    {
    }
}

/// <summary>One more bit of DC values.</summary>
internal sealed class DcRefinementCoder(JpegScan scan) : IBlockCoder
{
    public bool TryDecode(ref BitReader bits, ScanComponent component, int block)
    {
        component.Component.Coefficients(block)[0] |= (short)(bits.Read(1) << scan.Low);
        return true;
    }

    public void Restart()
    {
    }
}
