using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using MlxActors.Models.Media;
using MlxActors.Models.Tests.Checkpoints;
using MlxActors.Native.Checkpoints;
using MlxActors.Native.Cpu;
using MlxActors.Native.Tensors;

namespace MlxActors.Models.Tests.Gemma3;

/// <summary>What older converters did to checkpoints: other float types, and a quantized vision tower.</summary>
public sealed class Gemma3FormatTests : IDisposable
{
    private const int ImageSize = 64;

    private readonly IBackend _backend = new CpuBackend(new CpuOptions(CpuMode.Exact, Threads: 2));

    public void Dispose() => _backend.Dispose();

    [Fact]
    public void Load_EverythingInFloat16_ComputesAsWithTheSameNumbersInFloat32()
    {
        using var half = new TemporaryCheckpoint(tensor => IsFloat(tensor)
            ? [Floats(tensor.Name, DType.Float16, tensor.Shape, Bytes(Halves(tensor)))]
            : [TemporaryCheckpoint.Same(tensor)]);
        using var single = new TemporaryCheckpoint(tensor => IsFloat(tensor)
            ? [Floats(tensor.Name, DType.Float32, tensor.Shape, Bytes(Halves(tensor).Select(value => (float)value)))]
            : [TemporaryCheckpoint.Same(tensor)]);

        Assert.Equal(Logits(single), Logits(half));
        Assert.Equal(Features(single), Features(half));
    }

    [Fact]
    public void Load_VisionTowerQuantized_ComputesAsWithItsDequantizedWeights()
    {
        using var packed = new TemporaryCheckpoint(tensor => IsVisionLinear(tensor)
            ? Quantized8.Of(tensor).Packed(tensor.Name)
            : [TemporaryCheckpoint.Same(tensor)]);
        using var plain = new TemporaryCheckpoint(tensor => IsVisionLinear(tensor)
            ? [Quantized8.Of(tensor).Plain(tensor.Name)]
            : [TemporaryCheckpoint.Same(tensor)]);
        SetBits(packed.Folder);

        var (expected, actual) = (Features(plain), Features(packed));

        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-4f));
    }

    private float[] Logits(TemporaryCheckpoint checkpoint)
    {
        using var model = checkpoint.Load(_backend);
        using var cache = model.NewCache();
        using var scope = _backend.BeginScope();
        var batch = new Batch(model.Info.ImagesAttendBothWays);
        batch.Add(cache, [2, 105, 106, 17, 300, 2047], [], LogitRows.All);
        return _backend.View(model.Forward(batch)!.Value).ToArray();
    }

    private float[] Features(TemporaryCheckpoint checkpoint)
    {
        using var model = checkpoint.Load(_backend);
        var pixels = Enumerable.Range(0, 3 * ImageSize * ImageSize).Select(i => MathF.Sin(i * 0.37f)).ToArray();
        using var features = model.Encode(new PixelValues(pixels, 3, ImageSize, ImageSize));
        return _backend.View(features.Value).ToArray();
    }

    private static void SetBits(string folder)
    {
        const string Scales = ".scales";
        var file = Path.Combine(folder, "config.json");
        var config = JsonNode.Parse(File.ReadAllText(file))!;
        using var checkpoint = TemporaryCheckpoint.Open(folder);
        foreach (var tensor in checkpoint.Tensors.Keys.Where(name => IsOfTower(name) && name.EndsWith(Scales, StringComparison.Ordinal)))
        {
            config["quantization"]![tensor[..^Scales.Length]] = new JsonObject { ["bits"] = 8, ["group_size"] = Quantized8.GroupSize };
        }
        File.WriteAllText(file, config.ToJsonString());
    }

    private static bool IsFloat(CheckpointTensor tensor) => tensor.DType == DType.BFloat16;

    private static bool IsVisionLinear(CheckpointTensor tensor) => tensor.Shape.Rank == 2 && IsOfTower(tensor.Name);

    private static bool IsOfTower(string name) => name.StartsWith("vision_tower", StringComparison.Ordinal);

    private static IEnumerable<Half> Halves(CheckpointTensor tensor) => Singles(tensor).Select(value => (Half)value);

    private static float[] Singles(CheckpointTensor tensor) =>
        [.. MemoryMarshal.Cast<byte, ushort>(tensor.Bytes).ToArray().Select(bits => BitConverter.UInt32BitsToSingle((uint)bits << 16))];

    private static TensorSource Floats(string name, DType dtype, Shape shape, byte[] bytes) => TensorSource.Of(name, dtype, shape, bytes);

    private static byte[] Bytes<T>(IEnumerable<T> values)
        where T : struct => MemoryMarshal.AsBytes(values.ToArray().AsSpan()).ToArray();

    /// <summary>A matrix in 8 bits, group by group: the packed form, and the numbers that it stands for.</summary>
    private sealed record Quantized8(Shape Shape, byte[] Levels, float[] Scales, float[] Biases)
    {
        public const int GroupSize = 64;

        public static Quantized8 Of(CheckpointTensor tensor)
        {
            var groups = Singles(tensor).Chunk(GroupSize).ToArray();
            var scales = groups.Select(group => Math.Max((group.Max() - group.Min()) / byte.MaxValue, 1e-6f)).ToArray();
            var biases = groups.Select(group => group.Min()).ToArray();
            var levels = groups.SelectMany((group, g) => group.Select(value => Level((value - biases[g]) / scales[g])));
            return new Quantized8(tensor.Shape, [.. levels], scales, biases);
        }

        public IEnumerable<TensorSource> Packed(string weight)
        {
            var (module, groups) = (weight[..^".weight".Length], new Shape(Shape[0], Shape[1] / GroupSize));
            yield return TensorSource.Of(weight, DType.UInt32, new Shape(Shape[0], Shape[1] / 4), Levels);
            yield return TensorSource.Of($"{module}.scales", DType.Float32, groups, Bytes(Scales));
            yield return TensorSource.Of($"{module}.biases", DType.Float32, groups, Bytes(Biases));
        }

        private static byte Level(float steps) => (byte)Math.Clamp(MathF.Round(steps), 0, byte.MaxValue);

        public TensorSource Plain(string weight) => TensorSource.Of(
            weight, DType.Float32, Shape, Bytes(Levels.Select((level, i) => level * Scales[i / GroupSize] + Biases[i / GroupSize])));
    }
}
