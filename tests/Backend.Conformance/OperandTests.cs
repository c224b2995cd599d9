using MlxActors.Native.Tensors;

namespace MlxActors.Backend.Conformance;

public sealed class OperandTests
{
    public static TheoryData<string> Backends => Conformance.Backends.All;

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Operations_BadOperands_NameOperationExpectedAndFound(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        using var samples = new Samples(1);
        var x = backend.FromFloats(new float[12], new Shape(3, 4));
        var heads = backend.FromFloats(new float[12], new Shape(3, 2, 2));
        var other = backend.FromFloats(new float[9], new Shape(3, 3, 1));
        var window = backend.FromFloats(new float[4], new Shape(2, 1, 1, 2));
        var none = backend.Slice(heads, 0, 0);
        var tall = backend.FromFloats(new float[8], new Shape(2, 4, 1, 1));
        var steps = new ConvolutionGeometry(1, 0, 0, 0, 0);
        var vector = backend.FromFloats(new float[4], new Shape(4));
        var half = backend.Import(samples.Tensor(new float[12], DType.Float16, new Shape(3, 4)));
        var plain = new Weight.Plain(x);
        var quantized = (Weight.Quantized)samples.Quantized(3, 64, 4, 64, DType.Float32).ImportInto(backend);
        var wide = backend.FromFloats(new float[64], new Shape(1, 64));
        using var cache = backend.NewKvCache(new KvCacheSpec(1, 2, null));
        var layout = new StepLayout();
        layout.Add(3, 0);

        Refuses("Linear", "(1, 64)", () => backend.Linear(wide, plain));
        Refuses("Linear", "Float16", () => backend.Linear(half, plain));
        Refuses("Linear", "(4)", () => backend.Linear(x, plain, vector));
        Refuses("Linear", "7 bits", () => backend.Linear(wide, quantized with { Bits = 7 }));
        Refuses("Linear", "groups of 48", () => backend.Linear(wide, quantized with { GroupSize = 48 }));
        Refuses("Linear", "UInt32(3, 8)", () => backend.Linear(wide, quantized with { Bits = 8 }));
        Refuses("Linear", "Float32(4)", () => backend.Linear(wide, quantized with { Biases = vector }));
        Refuses("MatMul", "(3, 4)", () => backend.MatMul(x, x));
        Refuses("Embed", "3", () => backend.Embed([0, 3], plain));
        var ids = backend.Choose(x, [null, null, null]);
        Refuses("Choose", "(3, 4)", () => backend.Choose(x, [null, null]));
        Refuses("Choose", "Float16", () => backend.Choose(half, [null, null, null]));
        Refuses("ViewIds", "(3, 4)", () => backend.ViewIds(x).ToArray());
        Refuses("View", "Int32", () => backend.View(ids).ToArray());
        Refuses("Embed", "(4)", () => backend.Embed(vector, plain));
        Refuses("ReplaceRows", "(4)", () => backend.ReplaceRows(x, vector, 0, 1, x));
        Refuses("ReplaceRows", "(3, 2, 2)", () => backend.ReplaceRows(heads, ids, 0, 1, x));
        Refuses("ReplaceRows", "(4)", () => backend.ReplaceRows(x, ids, 0, 1, vector));
        Refuses("Embed", "-1", () => backend.Embed([-1], plain));
        Refuses("RmsNorm", "(3, 4)", () => backend.RmsNorm(x, x, 1e-6f));
        Refuses("LayerNorm", "(1, 64)", () => backend.LayerNorm(x, vector, wide, 1e-6f));
        Refuses("Add", "(1, 64)", () => backend.Add(x, wide));
        Refuses("Multiply", "(3, 2, 2)", () => backend.Multiply(x, heads));
        Refuses("Scale", "Float16", () => backend.Scale(half, 2));
        Refuses("GatedActivation", "(4)", () => backend.GatedActivation(x, vector, Activation.Silu));
        Refuses("AveragePool", "(3, 2, 2)", () => backend.AveragePool(heads, 1));
        Refuses("Reshape", "(5)", () => backend.Reshape(x, new Shape(5)));
        Refuses("Slice", "[2, 4)", () => backend.Slice(x, 2, 2));
        Refuses("Gather", "3", () => backend.Gather(x, [3]));
        Refuses("ReplaceRows", "[1, 4)", () => backend.ReplaceRows(x, 1, x));
        Refuses("View", "Float16", () => backend.View(half).ToArray());
        Refuses("FromFloats", "2", () => backend.FromFloats([1, 2], new Shape(3)));
        Refuses("Rope", "(3, 4)", () => backend.Rope(heads, x));
        Refuses("RopeTable", "5", () => backend.RopeTable([1, 2, 3, 4, 5], 3, RopeSpec.Plain(4, 10000)));
        Refuses("Attention", "0", () => backend.Attention(heads, heads, heads, [], layout, 1, null));
        Refuses("Attention", "(3, 2, 2)", () => backend.Attention(heads, heads, heads, [cache], layout, 1, null));
        Refuses("Attention", "0", () => backend.Attention(heads, null, null, [cache], layout, 1, null));
        Refuses("SelfAttention", "2", () => backend.SelfAttention(heads, heads, heads, [2], 1));
        Refuses("CrossAttention", "(3, 2, 2)", () => backend.CrossAttention(heads, x, x, 1));
        Refuses("CrossAttention", "(0, 2, 2)", () => backend.CrossAttention(heads, none, none, 1));
        Refuses("Convolution", "(3, 4)", () => backend.Convolution(x, window, null, steps));
        Refuses("Convolution", "(2, 1, 1, 2)", () => backend.Convolution(other, window, null, steps));
        Refuses("Convolution", "(4)", () => backend.Convolution(heads, window, vector, steps));
        Refuses("Convolution", "Stride = 0", () => backend.Convolution(heads, window, null, steps with { Stride = 0 }));
        Refuses("Convolution", "Left = -1", () => backend.Convolution(heads, window, null, steps with { Left = -1 }));
        Refuses("DepthwiseConvolution", "(2, 1, 1, 2)", () => backend.DepthwiseConvolution(heads, window, steps));
        Refuses("DepthwiseConvolution", "(3, 2, 2)", () => backend.DepthwiseConvolution(heads, tall, steps));
        Refuses("Concatenate", "(1, 64)", () => backend.Concatenate(x, wide));
        Refuses("CumulativeNorm", "(4)", () => backend.CumulativeNorm(heads, vector, 1e-3f));
        Refuses("CumulativeNorm", "Float32(4)", () => backend.CumulativeNorm(vector, vector, 1e-3f));
        Refuses("LocalAttention", "(3, 4)", () => backend.LocalAttention(x, x, x, x, 0, 3, 50));
        Refuses("LocalAttention", "(3, 4)", () => backend.LocalAttention(heads, heads, heads, x, 0, 3, 50));
        Refuses("LocalAttention", "3", () => backend.LocalAttention(heads, heads, heads, heads, 3, 3, 50));
        Refuses("LocalAttention", "4 keys", () => backend.LocalAttention(heads, heads, heads, heads, 2, 4, 50));
        Refuses("NewKvCache", "Window = 0", () => backend.NewKvCache(new KvCacheSpec(1, 2, 0)));
        Refuses("Columns", "[3, 5)", () => backend.Columns(x, 3, 2));
        Refuses("MixPlanes", "(3, 4)", () => backend.MixPlanes(x, x));
        Refuses("MixPlanes", "(4)", () => backend.MixPlanes(heads, vector));
        Refuses("AddToPlanes", "(3, 4)", () => backend.AddToPlanes(heads, x, x));
        Refuses("MatchRms", "(1, 64)", () => backend.MatchRms(x, wide, 1e-5f));
        Refuses("Outliers", "Float16", () => backend.Outliers(half, 1));
    }

    private static void Refuses(string operation, string found, Func<object> call)
    {
        var exception = Assert.Throws<TensorException>(call);
        Assert.Equal(operation, exception.Operation);
        Assert.Contains("expected", exception.Message, StringComparison.Ordinal);
        var foundAt = exception.Message.IndexOf(", found ", StringComparison.Ordinal);
        Assert.Contains(found, exception.Message[foundAt..], StringComparison.Ordinal);
    }
}
