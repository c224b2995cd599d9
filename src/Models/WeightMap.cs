using MlxActors.Models.Nn;
using MlxActors.Native.Checkpoints;
using MlxActors.Native.Tensors;

namespace MlxActors.Models;

/// <summary>
/// The tensors of a checkpoint under one path, handed out to layers as they are built: <c>(w / "self_attn" / "q_proj").Linear(K, N)</c>.
/// Each tensor is checked against the shape that the config promises before anything is made of it; a fault throws a
/// <see cref="CheckpointException"/> that names the tensor, what was expected and what was found.
/// </summary>
public sealed class WeightMap
{
    private readonly WeightSource _source;
    private readonly string _path;

    private WeightMap(WeightSource source, string path) => (_source, _path) = (source, path);

    public static WeightMap Root(WeightSource source) => new(source, "");

    public static WeightMap operator /(WeightMap map, string name) => new(map._source, map.Name(name));

    public static WeightMap operator /(WeightMap map, int index) => map / index.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Whether any tensor lies under this path.</summary>
    public bool Exists => _source.Checkpoint.Tensors.Keys.Any(name => name.StartsWith(_path + ".", StringComparison.Ordinal));

    /// <summary><c>[K] → [N]</c>, plain or quantized.</summary>
    public Linear Linear(int inFeatures, int outFeatures, bool bias = false) =>
        new(Weight(inFeatures, outFeatures), bias ? Vector("bias", outFeatures) : null);

    /// <summary>A table of <paramref name="count"/> rows, plain or quantized.</summary>
    public Embedding Embedding(int count, int features) => new(Weight(features, count));

    public RmsNorm RmsNorm(int features, double eps, float weightOffset = 0) => new(Vector("weight", features), (float)eps, weightOffset);

    /// <summary>A norm whose weights are all 1, which no file holds.</summary>
    public RmsNorm RmsNormWithoutWeight(int features, double eps) => new(Constant(Enumerable.Repeat(1f, features)), (float)eps, 0);

    public LayerNorm LayerNorm(int features, double eps) => new(Vector("weight", features), Vector("bias", features), (float)eps);

    /// <summary>
    /// A convolution whose stride is its kernel, read as a linear layer over unfolded patches: <c>[out, kernel…, in]</c>.
    /// </summary>
    /// <param name="patch">The lengths of a patch, channels last.</param>
    public Linear PatchConvolution(int outFeatures, params ReadOnlySpan<int> patch) =>
        new(Unfolded(outFeatures, patch), Vector("bias", outFeatures));

    /// <summary>A convolution of single pixels, read as a linear layer: <c>[out, 1, 1, in]</c>, without a bias.</summary>
    public Linear PointwiseConvolution(int inFeatures, int outFeatures) => new(Unfolded(outFeatures, [1, 1, inFeatures]), null);

    /// <summary>A square convolution: <c>[out, kernel, kernel, in]</c>.</summary>
    public Convolution Convolution(int inFeatures, int outFeatures, int kernel, int stride, bool bias = false) =>
        new(Tensor("weight", new Shape(outFeatures, kernel, kernel, inFeatures)), bias ? Vector("bias", outFeatures) : null, stride);

    /// <summary>A square convolution of each channel by itself: <c>[C, kernel, kernel, 1]</c>.</summary>
    public DepthwiseConvolution DepthwiseConvolution(int features, int kernel, int stride) =>
        new(Tensor("weight", new Shape(features, kernel, kernel, 1)), stride);

    /// <summary>A float tensor as it lies in the file.</summary>
    public Tensor Tensor(string name, Shape shape)
    {
        var tensor = Take(name, shape, "Float16, BFloat16 or Float32", IsFloat);
        return _source.Backend.Import(tensor);
    }

    /// <summary>A small float tensor, widened to Float32 once so that no step has to.</summary>
    public Tensor Vector(string name, int length) => _source.KeepFloat32(Tensor(name, new Shape(length)));

    /// <summary>A vector of the family's own, as if the file held it.</summary>
    public Tensor Constant(IEnumerable<float> values)
    {
        using var scope = _source.Backend.BeginScope();
        float[] numbers = [.. values];
        return _source.KeepFloat32(_source.Backend.FromFloats(numbers, new Shape(numbers.Length)));
    }

    /// <summary>Says that what lies under this path is known and not needed; it is not read.</summary>
    public void Disregard() => _source.Disregard(_path + ".");

    private Weight.Plain Unfolded(int outFeatures, ReadOnlySpan<int> patch)
    {
        var values = Tensor("weight", new Shape([outFeatures, .. patch]));
        return new Weight.Plain(
            _source.Backend.Reshape(values, new Shape(outFeatures, checked((int)new Shape(patch).Count))));
    }

    private Weight Weight(int inFeatures, int outFeatures) => _source.Checkpoint.Tensors.ContainsKey(Name("scales"))
        ? Quantized(inFeatures, outFeatures)
        : new Weight.Plain(Tensor("weight", new Shape(outFeatures, inFeatures)));

    private Weight.Quantized Quantized(int inFeatures, int outFeatures)
    {
        var (groupSize, bits) = _source.Quantization.Of(_path)
            ?? throw new CheckpointException(
                "config.json", "quantization", $"bits and group_size for {_path}", "none, although it has scales");
        if (inFeatures % groupSize != 0)
        {
            throw _source.Wrong(Name("weight"), $"a plain tensor: {inFeatures} columns make no groups of {groupSize}", "scales");
        }
        var groups = new Shape(outFeatures, inFeatures / groupSize);
        var packed = new Shape(outFeatures, checked((int)((long)inFeatures * bits / 32)));
        var weight = Take("weight", packed, "UInt32", dtype => dtype == DType.UInt32);
        return new Weight.Quantized(_source.Backend.Import(weight), Tensor("scales", groups), Tensor("biases", groups), groupSize, bits);
    }

    private CheckpointTensor Take(string name, Shape shape, string dtypes, Func<DType, bool> accepts)
    {
        var tensor = _source.Take(Name(name), $"{dtypes} of {shape}");
        return tensor.Shape == shape && accepts(tensor.DType)
            ? tensor
            : throw _source.Wrong(tensor.Name, $"{dtypes} of {shape}", $"{tensor.DType} of {tensor.Shape}");
    }

    private string Name(string leaf) => _path.Length == 0 ? leaf : $"{_path}.{leaf}";

    private static bool IsFloat(DType dtype) => dtype is DType.Float16 or DType.BFloat16 or DType.Float32;
}
