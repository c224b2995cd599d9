namespace MlxActors.Models.Media.Png;

/// <summary>One of the reduced pictures that make the whole: pixels from (X, Y) on, in steps.</summary>
internal readonly record struct PngPass(int X, int Y, int StepX, int StepY)
{
    private static readonly PngPass[] Whole = [new(0, 0, 1, 1)];

    private static readonly PngPass[] Adam7 =
    [
        new(0, 0, 8, 8), new(4, 0, 8, 8), new(0, 4, 4, 8), new(2, 0, 4, 4), new(0, 2, 2, 4), new(1, 0, 2, 2), new(0, 1, 1, 2),
    ];

    /// <summary>The passes of this picture that hold a pixel: the others have no rows, not even filter bytes.</summary>
    public static IEnumerable<PngPass> Of(PngHeader header) =>
        (header.Interlaced ? Adam7 : Whole).Where(pass => pass.X < header.Size.Width && pass.Y < header.Size.Height);

    public int Width(PixelSize whole) => (whole.Width - X + StepX - 1) / StepX;

    public int Height(PixelSize whole) => (whole.Height - Y + StepY - 1) / StepY;
}
