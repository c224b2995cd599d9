using MlxActors.Native.Checkpoints;
using MlxActors.Native.Tensors;

namespace MlxActors.Backend.Conformance;

/// <summary>Random operands, the same for every backend: numbers from a seeded generator, weights in a mapped file.</summary>
public sealed class Samples(int seed) : IDisposable
{
    private readonly Random _random = new(seed);
    private readonly List<MappedFile> _files = [];

    public float[] Floats(long count, float spread = 1)
    {
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(_random.NextDouble() + _random.NextDouble() - 1) * 2 * spread;
        }
        return values;
    }

    public int Below(int end) => _random.Next(end);

    /// <summary>A matrix of a checkpoint with random numbers, quantized to any bits.</summary>
    public SampleWeight Quantized(int n, int k, int bits, int group, DType parameters)
    {
        var packed = new byte[(long)n * k * bits / 8];
        _random.NextBytes(packed);
        var scales = Floats((long)n * k / group, 0.02f);
        var biases = Floats((long)n * k / group, 0.1f);
        return new SampleWeight(
            Tensor(packed, DType.UInt32, new Shape(n, k * bits / 32)),
            Tensor(Encode(scales, parameters), parameters, new Shape(n, k / group)),
            Tensor(Encode(biases, parameters), parameters, new Shape(n, k / group)),
            group, bits);
    }

    public SampleWeight Plain(int n, int k, DType dtype) =>
        new(Tensor(Encode(Floats((long)n * k, 0.2f), dtype), dtype, new Shape(n, k)), null, null, 0, 0);

    public CheckpointTensor Tensor(float[] values, DType dtype, Shape shape) => Tensor(Encode(values, dtype), dtype, shape);

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
            File.Delete(file.Path);
        }
    }

    private static byte[] Encode(float[] values, DType dtype) => dtype switch
    {
        DType.Float32 => [.. values.SelectMany(BitConverter.GetBytes)],
        DType.Float16 => [.. values.SelectMany(value => BitConverter.GetBytes((Half)value))],
        DType.BFloat16 => [.. values.SelectMany(value => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)))],
        _ => throw new ArgumentOutOfRangeException(nameof(dtype)),
    };

    /// <summary>The file ends with the tensor, so that a kernel that reads on reads what is not there.</summary>
    private CheckpointTensor Tensor(byte[] bytes, DType dtype, Shape shape)
    {
        var path = Path.GetTempFileName();
        File.WriteAllBytes(path, bytes);
        var file = MappedFile.Open(path);
        _files.Add(file);
        return new CheckpointTensor("sample", dtype, shape, file, 0);
    }
}

/// <summary>A weight of a checkpoint before a backend imports it.</summary>
public sealed record SampleWeight(CheckpointTensor Values, CheckpointTensor? Scales, CheckpointTensor? Biases, int GroupSize, int Bits)
{
    public Weight ImportInto(IBackend backend) => Scales is null || Biases is null
        ? new Weight.Plain(backend.Import(Values))
        : new Weight.Quantized(backend.Import(Values), backend.Import(Scales), backend.Import(Biases), GroupSize, Bits);
}
