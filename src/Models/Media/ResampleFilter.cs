namespace MlxActors.Models.Media;

/// <summary>A symmetric kernel for resizing.</summary>
/// <param name="Support">Distance from the centre, in source pixels at scale 1, beyond which the weight is zero.</param>
/// <param name="Weight">Weight at a distance from the centre.</param>
public sealed record ResampleFilter(double Support, Func<double, double> Weight)
{
    private const double CubicA = -0.5;

    /// <summary>Number 2 of Pillow's filters.</summary>
    public static ResampleFilter Bilinear { get; } = new(1, distance => Math.Max(0, 1 - Math.Abs(distance)));

    /// <summary>Number 3 of Pillow's filters: cubic convolution with a = −0.5.</summary>
    public static ResampleFilter Bicubic { get; } = new(2, distance => Math.Abs(distance) switch
    {
        < 1 and var x => ((CubicA + 2) * x - (CubicA + 3)) * x * x + 1,
        < 2 and var x => (((x - 5) * x + 8) * x - 4) * CubicA,
        _ => 0,
    });
}
