using System.Runtime.CompilerServices;
using MlxActors.Native.Cpu.Caches;
using MlxActors.Native.Cpu.Simd;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>Keys and values of a page as Float32, at the same places, for as many queries as make it pay.</summary>
internal static unsafe class PageWidening<TSimd, TFloats, TNumbers>
    where TSimd : struct, ISimd<TFloats>
    where TFloats : struct
    where TNumbers : struct, IPageNumbers
{
    private const int Tokens = PageLayout.Tokens;

    [MethodImpl(Hot.Loop)]
    public static void OfKeys(PageHead page, int headDim, float* target)
    {
        for (var token = 0; token < Tokens; token += TSimd.Lanes)
        {
            var scale = TSimd.Zero;
            for (var d = 0; d < headDim; d++)
            {
                if (TNumbers.HaveScales && d % PageLayout.Group == 0)
                {
                    scale = TSimd.LoadBFloat16(page.KeyScales + PageLayout.ScaleIndex(token, d));
                }
                var index = PageLayout.KeyIndex(token, d);
                TSimd.Store(TNumbers.Load<TSimd, TFloats>(page.Keys + index * TNumbers.Bytes, scale), target + index);
            }
        }
    }

    [MethodImpl(Hot.Loop)]
    public static void OfValues(PageHead page, int headDim, float* target)
    {
        for (var d = 0; d < headDim; d += PageLayout.Group)
        {
            for (var token = 0; token < Tokens; token++)
            {
                var scale = TNumbers.HaveScales
                    ? TSimd.All(BFloat16.ToFloat32(page.ValueScales[PageLayout.ScaleIndex(token, d)]))
                    : TSimd.Zero;
                var index = PageLayout.ValueIndex(token, d);
                for (var end = index + PageLayout.Group; index < end; index += TSimd.Lanes)
                {
                    TSimd.Store(TNumbers.Load<TSimd, TFloats>(page.Values + index * TNumbers.Bytes, scale), target + index);
                }
            }
        }
    }
}
