using System.Runtime.InteropServices;
using MlxActors.Native.Checkpoints;

namespace MlxActors.Native.Tests.Checkpoints;

public sealed class SyntheticWeightsTests
{
    private const int Rows = 256;
    private const int Columns = 256;
    private const int GroupSize = 64;
    private const int Bits = 4;

    [Fact]
    public void Quantized_SameSeed_GivesTheSameBytes() => Assert.Equal(
        Weights(7).Select(Bytes), Weights(7).Select(Bytes));

    [Fact]
    public void Quantized_OtherSeedOrName_GivesOtherWeights()
    {
        var weight = Bytes(Weights(7)[0]);

        Assert.NotEqual(weight, Bytes(Weights(8)[0]));
        Assert.NotEqual(weight, Bytes(new SyntheticWeights(7).Quantized("other", Rows, Columns, GroupSize, Bits).First()));
    }

    /// <summary>Products with inputs of unit variance then have unit variance themselves: nothing grows from layer to layer.</summary>
    [Fact]
    public void Quantized_Dequantized_HasZeroMeanAndTheVarianceOfOneOverItsColumns()
    {
        var tensors = Weights(7);
        var levels = Bytes(tensors[0]).SelectMany(pair => new[] { pair & 15, pair >> 4 });
        var (scale, bias) = (FirstBFloat16(tensors[1]), FirstBFloat16(tensors[2]));

        var values = levels.Select(level => (double)scale * level + bias).ToArray();

        Assert.Equal(0, values.Average(), tolerance: 0.002);
        Assert.Equal(1.0 / Columns, values.Average(value => value * value), tolerance: 0.1 / Columns);
    }

    private static TensorSource[] Weights(ulong seed) => [.. new SyntheticWeights(seed).Quantized("layer", Rows, Columns, GroupSize, Bits)];

    private static byte[] Bytes(TensorSource tensor)
    {
        using var stream = new MemoryStream();
        tensor.Write(stream);
        Assert.Equal(tensor.Length, stream.Length);
        return stream.ToArray();
    }

    private static float FirstBFloat16(TensorSource tensor) =>
        BitConverter.UInt32BitsToSingle((uint)MemoryMarshal.Read<ushort>(Bytes(tensor)) << 16);
}
