using MlxActors.Native.Cpu.Caches;

namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// What products of a page ask for while they compute, so that it is there when they come to it: keys and values a little further on, or a
/// bit of the next page for each column of each product.
/// </summary>
internal unsafe struct Reading
{
    /// <summary>Groups of columns from what is computed with to what is asked for.</summary>
    private const int Groups = 2;

    public byte* First;

    /// <summary>Bytes from one column of the head dimension to the next.</summary>
    public nint ByColumn;

    /// <summary>Bytes from one product to the next.</summary>
    public nint ByProduct;

    /// <summary>For a few queries, which are through with a page soon.</summary>
    public static Reading Following<TNumbers>(PageHead page)
        where TNumbers : struct, IPageNumbers => new()
        {
            First = page.Keys + Groups * GroupBytes<TNumbers>(),
            ByColumn = PageLayout.Tokens * TNumbers.Bytes,
        };

    /// <summary>For many queries: the whole next page, spread over the products of this one.</summary>
    public static Reading NextPage<TNumbers>(PageHead page, PageLayout layout, int products)
        where TNumbers : struct, IPageNumbers
    {
        if (page.Next is null)
        {
            return new Reading { First = page.Keys };
        }
        var columns = products * layout.HeadDim;
        var step = ((layout.KeyCount + layout.ValueCount) * TNumbers.Bytes + columns - 1) / columns;
        return new Reading { First = page.Next, ByColumn = step, ByProduct = step * layout.HeadDim };
    }

    /// <summary>Bytes from the values of a group to what is asked for: values, or the keys of the next page.</summary>
    /// <param name="d">A column of the group.</param>
    public static nint AfterValues<TNumbers>(PageHead page, PageLayout layout, int d)
        where TNumbers : struct, IPageNumbers
    {
        var ahead = (nint)Groups * GroupBytes<TNumbers>();
        return d / PageLayout.Group + Groups < layout.Groups ? ahead
            : page.Next is null ? 0
            : (nint)(page.Next - page.Values) + ahead - layout.Groups * GroupBytes<TNumbers>();
    }

    private static int GroupBytes<TNumbers>()
        where TNumbers : struct, IPageNumbers => PageLayout.Group * PageLayout.Tokens * TNumbers.Bytes;
}
