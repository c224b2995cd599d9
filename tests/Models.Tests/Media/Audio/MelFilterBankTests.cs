using MlxActors.Models.Media.Audio;

namespace MlxActors.Models.Tests.Media.Audio;

public sealed class MelFilterBankTests
{
    private const int Frequencies = 513;
    private const double Spacing = 15.625;

    [Fact]
    public void Apply_EachFrequency_IsSharedByNeighboursWhoseWeightsMakeOne()
    {
        var bank = new MelFilterBank(128, 125, 7600, Frequencies, Spacing);
        var (first, last) = (PeakOf(bank, 0), PeakOf(bank, bank.Count - 1));
        for (var frequency = 0; frequency < Frequencies; frequency++)
        {
            var weights = WeightsAt(bank, frequency);
            Assert.All(weights, weight => Assert.InRange(weight, 0, 1));
            Assert.InRange(weights.Count(weight => weight > 0), 0, 2);
            if (frequency * Spacing is < 125 or > 7600)
            {
                Assert.All(weights, weight => Assert.Equal(0, weight));
            }
            else if (frequency > first && frequency < last)
            {
                Assert.Equal(1, weights.Sum(), tolerance: 1e-9);
            }
        }
    }

    [Fact]
    public void Apply_Peaks_RiseWithTheBin()
    {
        var bank = new MelFilterBank(64, 0, 8000, Frequencies, Spacing);
        int[] peaks = [.. Enumerable.Range(0, bank.Count).Select(bin => PeakOf(bank, bin))];
        Assert.Equal(peaks.Order(), peaks);
    }

    [Fact]
    public void Apply_TriangleBetweenTwoFrequencies_SumsNothing()
    {
        var bank = new MelFilterBank(2000, 125, 7600, Frequencies, Spacing);
        var sums = new double[bank.Count];
        bank.Apply(Enumerable.Repeat(1.0, Frequencies).ToArray(), sums);
        Assert.Contains(0, sums);
        Assert.Contains(sums, sum => sum > 0);
    }

    private static int PeakOf(MelFilterBank bank, int bin) =>
        Enumerable.Range(0, Frequencies).MaxBy(frequency => WeightsAt(bank, frequency)[bin]);

    private static double[] WeightsAt(MelFilterBank bank, int frequency)
    {
        var (magnitudes, sums) = (new double[Frequencies], new double[bank.Count]);
        magnitudes[frequency] = 1;
        bank.Apply(magnitudes, sums);
        return sums;
    }
}
