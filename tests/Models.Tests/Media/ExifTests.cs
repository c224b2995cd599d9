using FsCheck.Xunit;
using MlxActors.Models.Media;

namespace MlxActors.Models.Tests.Media;

public sealed class ExifTests
{
    [Fact]
    public void ReadOrientation_LittleAndBigEndian_ReadTheSameField()
    {
        byte[] little = [.. "II"u8, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0];
        byte[] big = [.. "MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0];

        Assert.Equal(Orientation.TurnedRight, Exif.ReadOrientation(little));
        Assert.Equal(Orientation.TurnedRight, Exif.ReadOrientation(big));
    }

    [Property(MaxTest = 500)]
    public bool ReadOrientation_AnyBytes_IsAnOrientation(byte[] bytes) => Enum.IsDefined(Exif.ReadOrientation(bytes));

    [Property(MaxTest = 500)]
    public bool ReadOrientation_AnyBytesAfterTheHeader_IsAnOrientation(bool bigEndian, byte directory, byte[] bytes)
    {
        byte[] header = bigEndian ? [.. "MM"u8, 0, 42, 0, 0, 0, directory] : [.. "II"u8, 42, 0, directory, 0, 0, 0];
        return Enum.IsDefined(Exif.ReadOrientation([.. header, .. bytes]));
    }

    [Property]
    public bool ReadOrientation_AnyTypeCountAndValue_IsAnOrientation(ushort type, uint count, uint value)
    {
        byte[] entry = [0x12, 0x01, .. BitConverter.GetBytes(type), .. BitConverter.GetBytes(count), .. BitConverter.GetBytes(value)];
        return Enum.IsDefined(Exif.ReadOrientation([.. "II"u8, 42, 0, 8, 0, 0, 0, 1, 0, .. entry]));
    }
}
