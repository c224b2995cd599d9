using FsCheck.Xunit;
using MlxActors.Models.Media;

namespace MlxActors.Models.Tests.Media;

[Properties(Arbitrary = [typeof(PictureGenerators)])]
public sealed class OrientationTests
{
    [Property]
    public bool Orient_ThenItsInverse_IsTheSamePicture(PixelImage image, Orientation orientation)
    {
        var inverse = orientation switch
        {
            Orientation.TurnedRight => Orientation.TurnedLeft,
            Orientation.TurnedLeft => Orientation.TurnedRight,
            _ => orientation,
        };
        var back = image.Orient(orientation).Orient(inverse);
        return back.Width == image.Width && back.Rgb.SequenceEqual(image.Rgb);
    }

    [Fact]
    public void Orient_TurnedRight_PutsTheFirstColumnOnTop()
    {
        // Rows (a b) and (c d) were stored; turned to the right, c stands left above and a right of it.
        var stored = new PixelImage(2, 2, [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);

        var upright = stored.Orient(Orientation.TurnedRight);

        Assert.Equal([3, 3, 3, 1, 1, 1, 4, 4, 4, 2, 2, 2], upright.Rgb.ToArray());
    }
}
