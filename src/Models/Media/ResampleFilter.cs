namespace MlxActors.Models.Media;

/// <summary>A symmetric kernel for resizing.</summary>
/// <param name="Support">Distance from the centre, in source pixels at scale 1, beyond which the weight is zero.</param>
/// <param name="Weight">Weight at a distance from the centre.</param>
public sealed record ResampleFilter(double Support, Func<double, double> Weight)
{
    /// <summary>Number 2 of Pillow's filters.</summary>
    public static ResampleFilter Bilinear { get; } = new(1, distance => Math.Max(0, 1 - Math.Abs(distance)));
}
