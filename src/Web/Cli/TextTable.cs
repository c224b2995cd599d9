namespace MlxActors.Web.Cli;

/// <summary>Columns as wide as they need to be, two blanks apart: for eyes, and for <c>awk</c>.</summary>
internal static class TextTable
{
    /// <param name="rows">Of equal lengths; the first may be a heading.</param>
    public static IEnumerable<string> Lines(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = rows.Count == 0
            ? []
            : Enumerable.Range(0, rows[0].Count).Select(column => rows.Max(row => row[column].Length)).ToArray();
        return rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
