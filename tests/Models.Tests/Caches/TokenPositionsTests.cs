using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MlxActors.Models.Caches;

namespace MlxActors.Models.Tests.Caches;

public sealed class TokenPositionsTests
{
    private const int Axes = 3;

    [Fact]
    public void CopyTo_TextAlone_CountsUpOnAllAxes()
    {
        var positions = new TokenPositions();

        Assert.All(Enumerable.Range(0, Axes), axis => Assert.Equal([7, 8, 9], Along(positions, 7, 3, axis)));
    }

    [Fact]
    public void CopyTo_GridBetweenTexts_StandsOnRowsAndColumnsAndGoesOnBehindTheLongerSide()
    {
        var positions = new TokenPositions();
        positions.Place(2, rows: 2, columns: 3);

        Assert.Equal([0, 1, 2, 2, 2, 2, 2, 2, 5, 6], Along(positions, 0, 10, axis: 0));
        Assert.Equal([0, 1, 2, 2, 2, 3, 3, 3, 5, 6], Along(positions, 0, 10, axis: 1));
        Assert.Equal([0, 1, 2, 3, 4, 2, 3, 4, 5, 6], Along(positions, 0, 10, axis: 2));
    }

    [Fact]
    public void Place_GridAgain_ForgetsWhatWasSaidFromThereOn()
    {
        var positions = new TokenPositions();
        positions.Place(1, rows: 2, columns: 2);
        positions.Place(8, rows: 4, columns: 4);

        positions.Place(1, rows: 1, columns: 2);

        Assert.Equal([0, 1, 2, 3], Along(positions, 0, 4, axis: 2));
        Assert.Equal([30], Along(positions, 30, 1, axis: 0));
    }

    /// <summary>A fork within a grid keeps it, since its first tokens are already placed.</summary>
    [Property]
    public Property Fork_AnyLength_AgreesOnTheTokensItShares() => Prop.ForAll(
        Gen.Choose(0, 3).ListOf(3).Zip(Gen.Choose(0, 60)).ToArbitrary(),
        drawn =>
        {
            var (sizes, length) = drawn;
            var positions = new TokenPositions();
            foreach (var (i, size) in sizes.Index())
            {
                positions.Place(4 + 20 * i, rows: 1 + size, columns: 4 - size);
            }

            var fork = positions.Fork(length);

            for (var axis = 0; axis < Axes; axis++)
            {
                Assert.Equal(Along(positions, 0, length, axis), Along(fork, 0, length, axis));
            }
        });

    private static int[] Along(TokenPositions positions, int token, int count, int axis)
    {
        var along = new int[count];
        positions.CopyTo(along, token, axis);
        return along;
    }
}
