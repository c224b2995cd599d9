namespace MlxActors.Models.Media.Jpeg;

/// <summary>
/// Subsampled components brought to the picture's size as libjpeg does by default: a triangle filter where the ratio is 2 in one or both
/// directions, replication for other ratios and for components of one or two columns.
/// </summary>
internal sealed class Upsampler
{
    private const int NarrowestFiltered = 3;

    private readonly JpegComponent _component;
    private readonly int _across;
    private readonly int _down;
    private readonly byte[] _row;
    private readonly ushort[] _mixed;

    public Upsampler(JpegComponent component, JpegFrame frame)
    {
        _component = component;
        _across = frame.HorizontalMost / component.Layout.Horizontal;
        _down = frame.VerticalMost / component.Layout.Vertical;
        _row = new byte[component.Width * _across];
        _mixed = new ushort[component.Width];
    }

    /// <summary>A row of the picture, at least as long as the picture is wide; valid until the next call.</summary>
    public ReadOnlySpan<byte> Row(int y)
    {
        switch (_across, _down)
        {
            case (1, 1):
                return _component.Row(y);

            case (2, 1) when _component.Width >= NarrowestFiltered:
                WidenRow(_component.Row(y), _row);
                return _row;

            case (1, 2):
                MixRows(_component.Row(y / 2), Neighbour(y), _mixed);
                Round(_mixed, 1 + (y & 1), _row);
                return _row;

            case (2, 2) when _component.Width >= NarrowestFiltered:
                MixRows(_component.Row(y / 2), Neighbour(y), _mixed);
                WidenMixed(_mixed, _row);
                return _row;

            default:
                Replicate(_component.Row(y / _down), _across, _row);
                return _row;
        }
    }

    /// <summary>The row of the component that lies on the same side of row y / 2 as y does; at the edge that row itself.</summary>
    private ReadOnlySpan<byte> Neighbour(int y) =>
        _component.Row(Math.Clamp((y / 2) + ((y & 1) == 0 ? -1 : 1), 0, _component.Height - 1));

    private static void MixRows(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, Span<ushort> mixed)
    {
        for (var i = 0; i < mixed.Length; i++)
        {
            mixed[i] = (ushort)((3 * near[i]) + far[i]);
        }
    }

    private static void Round(ReadOnlySpan<ushort> mixed, int bias, Span<byte> row)
    {
        for (var i = 0; i < mixed.Length; i++)
        {
            row[i] = (byte)((mixed[i] + bias) >> 2);
        }
    }

    /// <summary>
    /// Each sample becomes two, each three quarters itself and one quarter its neighbour; the biases alternate so that none prevails.
    /// </summary>
    private static void WidenRow(ReadOnlySpan<byte> source, Span<byte> row)
    {
        var last = source.Length - 1;
        row[0] = source[0];
        for (var i = 0; i < last; i++)
        {
            var (here, next) = (source[i], source[i + 1]);
            row[(2 * i) + 1] = (byte)(((3 * here) + next + 2) >> 2);
            row[(2 * i) + 2] = (byte)(((3 * next) + here + 1) >> 2);
        }
        row[(2 * last) + 1] = source[last];
    }

    /// <summary>Likewise for samples that are four times too large already.</summary>
    private static void WidenMixed(ReadOnlySpan<ushort> source, Span<byte> row)
    {
        var last = source.Length - 1;
        row[0] = (byte)(((4 * source[0]) + 8) >> 4);
        for (var i = 0; i < last; i++)
        {
            var (here, next) = (source[i], source[i + 1]);
            row[(2 * i) + 1] = (byte)(((3 * here) + next + 7) >> 4);
            row[(2 * i) + 2] = (byte)(((3 * next) + here + 8) >> 4);
        }
        row[(2 * last) + 1] = (byte)(((4 * source[last]) + 7) >> 4);
    }

    private static void Replicate(ReadOnlySpan<byte> source, int times, Span<byte> row)
    {
        for (var i = 0; i < source.Length; i++)
        {
            row.Slice(i * times, times).Fill(source[i]);
        }
    }
}
