using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Caches;
using MlxActors.Native.Cpu.Simd;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>Keys of a page, and values of a group of its columns, as Float32 in the same order: for so many queries that it pays.</summary>
internal static unsafe class PageWidening<TSimd, TFloats, TNumbers>
    where TSimd : struct, ISimd<TFloats>
    where TFloats : struct
    where TNumbers : struct, IPageNumbers
{
    private const int Tokens = PageLayout.Tokens;

    [MethodImpl(Hot.Loop)]
    public static void OfKeys(PageHead page, int headDim, float* target)
    {
        for (var first = 0; first < headDim; first += PageLayout.Group)
        {
            var end = Math.Min(first + PageLayout.Group, headDim);
            for (var token = 0; token < Tokens; token += TSimd.Lanes)
            {
                var scale = TNumbers.HaveScales ? TSimd.LoadBFloat16(page.KeyScales + PageLayout.ScaleIndex(token, first)) : TSimd.Zero;
                for (var d = first; d < end; d++)
                {
                    var index = PageLayout.KeyIndex(token, d);
                    TSimd.Store(TNumbers.Load<TSimd, TFloats>(page.Keys + index * TNumbers.Bytes, scale), target + index);
                }
            }
        }
    }

    /// <summary>The values of a group of columns that begins with <paramref name="d"/>.</summary>
    [MethodImpl(Hot.Loop)]
    public static void OfValues(PageHead page, int d, float* target)
    {
        var values = page.Values + PageLayout.ValueIndex(0, d) * TNumbers.Bytes;
        for (var token = 0; token < Tokens; token++)
        {
            var scale = TNumbers.HaveScales
                ? TSimd.All(BFloat16.ToFloat32(page.ValueScales[PageLayout.ScaleIndex(token, d)]))
                : TSimd.Zero;
            for (var column = 0; column < PageLayout.Group; column += TSimd.Lanes)
            {
                var index = token * PageLayout.Group + column;
                TSimd.Store(TNumbers.Load<TSimd, TFloats>(values + index * TNumbers.Bytes, scale), target + index);
            }
        }
    }
}
