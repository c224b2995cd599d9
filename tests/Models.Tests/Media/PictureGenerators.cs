using FsCheck;
using FsCheck.Fluent;
using MlxActors.Models.Media;

namespace MlxActors.Models.Tests.Media;

/// <summary>Small pictures of noise, for <c>[Property(Arbitrary = ...)]</c>.</summary>
public static class PictureGenerators
{
    private const int LargestSide = 12;

    public static Arbitrary<PixelImage> Pictures() => (
        from width in Gen.Choose(1, LargestSide)
        from height in Gen.Choose(1, LargestSide)
        from levels in Gen.Choose(0, byte.MaxValue).ArrayOf(width * height * PixelImage.Channels)
        select new PixelImage(width, height, [.. levels.Select(level => (byte)level)])).ToArbitrary();

    public static Arbitrary<Orientation> Orientations() => Gen.Elements(Enum.GetValues<Orientation>()).ToArbitrary();
}
