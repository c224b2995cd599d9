using System.Globalization;
using FsCheck;
using FsCheck.Xunit;
using MlxActors.Generation.Constraints.Schemas;

namespace MlxActors.Generation.Tests.Constraints;

public sealed class MultipleTests
{
    [Property]
    public bool Texts_AreThoseOfTheMultiples(byte factor, byte digits, int number, byte written)
    {
        var multiple = new Multiple(1 + factor % 40, digits % 4);
        var value = new decimal(Math.Abs(number % 100_000), 0, 0, number < 0, (byte)(written % (multiple.Digits + 1)));
        var text = value.ToString(CultureInfo.InvariantCulture);
        return multiple.ToTexts().Matches(text) == multiple.Allows(value) && multiple.Allows(value) == (value % Step(multiple) == 0);
    }

    [Property]
    public bool Both_AllowsWhatEachAllows(byte one, byte other, byte digits, byte more, short number)
    {
        var (left, right) = (new Multiple(1 + one % 12, digits % 3), new Multiple(1 + other % 12, more % 3));
        return Multiple.Both(left, right) is not { } both
            || both.Allows(number / 100m) == (left.Allows(number / 100m) && right.Allows(number / 100m));
    }

    [Theory]
    [InlineData("5", 5, 0)]
    [InlineData("0.01", 1, 2)]
    [InlineData("0.250", 25, 2)]
    [InlineData("200", 200, 0)]
    public void Step_IsReadAsUnitsOfItsLastDigit(string step, int factor, int digits) =>
        Assert.Equal(new Multiple(factor, digits), Multiple.Of(decimal.Parse(step, CultureInfo.InvariantCulture)));

    [Fact]
    public void Step_OfTooManyUnits_IsNone()
    {
        Assert.Null(Multiple.Of(201));
        Assert.Null(Multiple.Both(new Multiple(199, 0), new Multiple(198, 0)));
    }

    private static decimal Step(Multiple multiple) => new(multiple.Factor, 0, 0, false, (byte)multiple.Digits);
}
