using System.Numerics;
using FsCheck.Xunit;
using MlxActors.Models.Media.Audio;

namespace MlxActors.Models.Tests.Media.Audio;

public sealed class RealFftTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(64)]
    [InlineData(1024)]
    public void Transform_RandomNumbers_IsTheSumOfTheDefinition(int length)
    {
        var samples = Noise(length, seed: length);

        var actual = Spectrum(samples);

        Assert.Equal(length / 2 + 1, actual.Length);
        for (var k = 0; k < actual.Length; k++)
        {
            var expected = samples.Select((sample, n) => sample * Complex.FromPolarCoordinates(1, -2 * Math.PI * k * n / length))
                .Aggregate(Complex.Add);
            Assert.InRange(Complex.Abs(expected - actual[k]), 0, 1e-12 * length);
        }
    }

    /// <summary>Parseval: the transform keeps the energy, where all but the first and the last frequency stand for two.</summary>
    [Property]
    public void Transform_AnyNumbers_KeepsTheirEnergy(int seed)
    {
        var samples = Noise(256, seed);

        var energies = Spectrum(samples).Select(value => Complex.Abs(value) * Complex.Abs(value)).ToArray();

        var energy = energies[0] + 2 * energies[1..^1].Sum() + energies[^1];
        Assert.Equal(samples.Sum(sample => sample * sample), energy / samples.Length, tolerance: 1e-10);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(12)]
    [InlineData(-4)]
    public void New_LengthThatIsNoPowerOfTwo_IsRefused(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RealFft(length));

    [Fact]
    public void Transform_WrongLengths_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new RealFft(8).Transform(new double[8], new Complex[4]));

    private static Complex[] Spectrum(double[] samples)
    {
        var fft = new RealFft(samples.Length);
        var spectrum = new Complex[fft.Bins];
        fft.Transform([.. samples], spectrum);
        return spectrum;
    }

    private static double[] Noise(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() * 2 - 1)];
    }
}
