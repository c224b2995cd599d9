using FsCheck;
using FsCheck.Xunit;
using MlxActors.Models.Media;

namespace MlxActors.Models.Tests.Media;

[Properties(Arbitrary = [typeof(PictureGenerators)])]
public sealed class ResizingTests
{
    [Property]
    public bool Resize_ToItsOwnSize_IsTheSamePicture(PixelImage image) =>
        image.Resize(image.Width, image.Height, ResampleFilter.Bilinear).Rgb.SequenceEqual(image.Rgb);

    [Property]
    public void Resize_OneColour_KeepsIt(byte level, PositiveInt width, PositiveInt height, PixelImage shape)
    {
        var levels = new byte[shape.Rgb.Length];
        Array.Fill(levels, level);

        var resized = new PixelImage(shape.Width, shape.Height, levels).Resize(width.Get, height.Get, ResampleFilter.Bilinear);

        Assert.Equal((width.Get, height.Get), (resized.Width, resized.Height));
        Assert.All(resized.Rgb.ToArray(), value => Assert.Equal(level, value));
    }

    [Property]
    public void Resize_Bilinear_InventsNoLevelsOutsideTheSource(PixelImage image, PositiveInt width, PositiveInt height)
    {
        var source = image.Rgb.ToArray();

        var resized = image.Resize(width.Get, height.Get, ResampleFilter.Bilinear).Rgb.ToArray();

        Assert.InRange(resized.Min(), source.Min(), source.Max());
        Assert.InRange(resized.Max(), source.Min(), source.Max());
    }
}
