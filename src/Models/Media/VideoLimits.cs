namespace MlxActors.Models.Media;

/// <summary>What the frames taken of one video may cost. Decoded frames stay in memory until they are prepared for the model.</summary>
/// <param name="MaxFrames">Frames chosen, not frames that the file holds.</param>
/// <param name="MaxPixels">Pixels of all frames chosen; three bytes each.</param>
public sealed record VideoLimits(int MaxFrames, long MaxPixels)
{
    /// <summary>768 frames, as many as the reference processors ever take; 400 megapixels are 190 frames of full HD.</summary>
    public static VideoLimits Default { get; } = new(MaxFrames: 768, MaxPixels: 400_000_000);
}
