namespace MlxActors.Models.Media.Jpeg;

/// <summary>Walks the blocks of a scan in the file's order.</summary>
internal static class ScanDecoder
{
    /// <returns>What is wrong with the data; null when all of it was read.</returns>
    public static MediaError? Decode(ref BitReader bits, JpegFrame frame, JpegScan scan, int restartInterval)
    {
        var coder = CoderOf(frame, scan);
        var alone = scan.Components is [var only] ? only.Component : null;
        var (wide, high) = alone is null ? (frame.McusWide, frame.McusHigh) : (alone.BlocksWideAlone, alone.BlocksHighAlone);
        var mcu = 0;
        for (var y = 0; y < high; y++)
        {
            for (var x = 0; x < wide; x++, mcu++)
            {
                var isRestart = restartInterval > 0 && mcu > 0 && mcu % restartInterval == 0;
                if (isRestart && !TryRestart(ref bits, scan, coder, mcu / restartInterval))
                {
                    return JpegDecoder.Malformed($"restart marker {mcu / restartInterval} does not stand before MCU {mcu}");
                }
                var isRead = alone is null
                    ? TryDecodeMcu(ref bits, scan, coder, x, y)
                    : coder.TryDecode(ref bits, scan.Components[0], (y * alone.BlocksWide) + x);
                if (!isRead)
                {
                    return JpegDecoder.Malformed($"the scan's data is damaged in MCU {mcu} of {wide * high}");
                }
                if (bits.IsExhausted)
                {
                    return JpegDecoder.Malformed($"the scan's data ends in MCU {mcu} of {wide * high}");
                }
            }
        }
        return null;
    }

    private static IBlockCoder CoderOf(JpegFrame frame, JpegScan scan) => (frame.Progressive, scan) switch
    {
        (false, _) => new SequentialCoder(),
        (true, { First: 0, IsRefinement: false }) => new DcFirstCoder(scan),
        (true, { First: 0, IsRefinement: true }) => new DcRefinementCoder(scan),
        (true, { IsRefinement: false }) => new AcFirstCoder(scan),
        (true, { IsRefinement: true }) => new AcRefinementCoder(scan),
    };

    private static bool TryRestart(ref BitReader bits, JpegScan scan, IBlockCoder coder, int number)
    {
        foreach (var component in scan.Components)
        {
            component.Predictor = 0;
        }
        coder.Restart();
        return bits.TryRestart(number - 1);
    }

    private static bool TryDecodeMcu(ref BitReader bits, JpegScan scan, IBlockCoder coder, int x, int y)
    {
        foreach (var component in scan.Components)
        {
            var (across, down) = (component.Component.Layout.Horizontal, component.Component.Layout.Vertical);
            for (var v = 0; v < down; v++)
            {
                var row = ((y * down) + v) * component.Component.BlocksWide;
                for (var h = 0; h < across; h++)
                {
                    if (!coder.TryDecode(ref bits, component, row + (x * across) + h))
                    {
                        return false;
                    }
                }
            }
        }
        return true;
    }
}
