namespace MlxActors.Models.Media;

/// <summary>The order of patches that are merged in squares: square by square, so that those of one square follow each other.</summary>
public static class PatchOrder
{
    /// <summary>Row and column of each patch; both sides are multiples of <paramref name="merge"/>.</summary>
    public static IEnumerable<(int Row, int Column)> Of(int rows, int columns, int merge) =>
        from top in Enumerable.Range(0, rows / merge)
        from left in Enumerable.Range(0, columns / merge)
        from row in Enumerable.Range(top * merge, merge)
        from column in Enumerable.Range(left * merge, merge)
        select (row, column);
}
