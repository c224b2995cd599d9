using MlxActors.Native.Tensors;

namespace MlxActors.Backend.Conformance;

/// <summary>Convolutions against the sum that defines them, written out here.</summary>
public sealed class ConvolutionTests
{
    private const double Tolerance = 2e-6;

    private static readonly Form[] Forms =
    [
        new(1, 1, 1, 1, 1, 1, new(1, 0, 0, 0, 0)), new(5, 7, 3, 3, 3, 16, new(1, 1, 1, 1, 1)),
        new(8, 6, 16, 3, 3, 33, new(2, 0, 1, 0, 1)), new(9, 9, 17, 5, 5, 40, new(2, 2, 2, 2, 2)),
        new(30, 4, 1, 3, 3, 8, new(2, 0, 2, 1, 1)), new(6, 1, 20, 5, 1, 7, new(1, 4, 0, 0, 0)),
        new(2, 2, 4, 5, 5, 3, new(3, 4, 4, 5, 5)), new(3, 50, 32, 2, 4, 65, new(1, 0, 0, 3, 0)),
    ];

    public static TheoryData<string> Backends => Conformance.Backends.All;

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Convolution_AnyWindow_IsTheSumThatDefinesIt(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        foreach (var (i, form) in Forms.Index())
        {
            using var samples = new Samples(i);
            using var scope = backend.BeginScope();
            var (x, bias) = (samples.Floats(form.Input.Count), i % 2 == 0 ? null : samples.Floats(form.N));
            var (weight, numbers) = Weight(backend, samples, new Shape(form.N, form.KernelHeight, form.KernelWidth, form.Channels), i);

            var actual = backend.Convolution(
                backend.FromFloats(x, form.Input), weight,
                bias is null ? null : backend.FromFloats(bias, new Shape(form.N)), form.Geometry);

            Assert.Equal(new Shape(form.OutHeight, form.OutWidth, form.N), actual.Shape);
            var expected = form.Each(form.N, (row, column, n) => form.Channel(channel =>
                form.Window(x, row, column, channel, tap => numbers[(n * form.Taps + tap) * form.Channels + channel])) + (bias?[n] ?? 0));
            Close.To(name, expected, backend.View(actual).ToArray(), Tolerance, form.ToString());
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void DepthwiseConvolution_AnyWindow_IsTheSumThatDefinesIt(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        foreach (var (i, form) in Forms.Index())
        {
            using var samples = new Samples(i);
            using var scope = backend.BeginScope();
            var x = samples.Floats(form.Input.Count);
            var (weight, numbers) = Weight(backend, samples, new Shape(form.Channels, form.KernelHeight, form.KernelWidth, 1), i);

            var actual = backend.DepthwiseConvolution(backend.FromFloats(x, form.Input), weight, form.Geometry);

            Assert.Equal(new Shape(form.OutHeight, form.OutWidth, form.Channels), actual.Shape);
            var expected = form.Each(form.Channels, (row, column, channel) =>
                form.Window(x, row, column, channel, tap => numbers[channel * form.Taps + tap]));
            Close.To(name, expected, backend.View(actual).ToArray(), Tolerance, form.ToString());
        }
    }

    [Theory]
    [InlineData(768, 3, 2, 0, 1, 384)]
    [InlineData(96, 5, 2, 1, 2, 48)]
    [InlineData(7, 3, 2, 1, 1, 4)]
    [InlineData(24, 5, 1, 2, 2, 24)]
    [InlineData(9, 1, 3, 0, 0, 3)]
    public void Same_LengthKernelAndStride_PadsAsTensorFlowDoes(int length, int kernel, int stride, int before, int after, int outputs)
    {
        var geometry = ConvolutionGeometry.Same(length, 2 * length, kernel, stride);
        Assert.Equal((before, after), (geometry.Top, geometry.Bottom));
        Assert.Equal(outputs, (length + geometry.Top + geometry.Bottom - kernel) / stride + 1);
        Assert.Equal((2 * length + stride - 1) / stride, (2 * length + geometry.Left + geometry.Right - kernel) / stride + 1);
    }

    [SkippableTheory]
    [MemberData(nameof(Backends))]
    public void Concatenate_Rows_StandSideBySide(string name)
    {
        using var backend = Conformance.Backends.Open(name);
        var a = backend.FromFloats([1, 2, 3, 4], new Shape(2, 1, 2));
        var b = backend.FromFloats([8, 9], new Shape(2, 1, 1));
        var both = backend.Concatenate(a, b);
        Assert.Equal(new Shape(2, 1, 3), both.Shape);
        Assert.Equal([1, 2, 8, 3, 4, 9], backend.View(both).ToArray());
    }

    private static (Tensor Weight, float[] Numbers) Weight(IBackend backend, Samples samples, Shape shape, int seed)
    {
        var dtype = new[] { DType.BFloat16, DType.Float16, DType.Float32 }[seed % 3];
        var weight = backend.Import(samples.Tensor(samples.Floats(shape.Count), dtype, shape));
        return (weight, backend.View(backend.ToFloat32(weight)).ToArray());
    }

    private sealed record Form(
        int Height, int Width, int Channels, int KernelHeight, int KernelWidth, int N, ConvolutionGeometry Geometry)
    {
        public Shape Input => new(Height, Width, Channels);

        public int Taps => KernelHeight * KernelWidth;

        public int OutHeight => (Height + Geometry.Top + Geometry.Bottom - KernelHeight) / Geometry.Stride + 1;

        public int OutWidth => (Width + Geometry.Left + Geometry.Right - KernelWidth) / Geometry.Stride + 1;

        public float[] Each(int channels, Func<int, int, int, double> value) =>
        [
            .. from row in Enumerable.Range(0, OutHeight)
               from column in Enumerable.Range(0, OutWidth)
               from channel in Enumerable.Range(0, channels)
               select (float)value(row, column, channel),
        ];

        public double Channel(Func<int, double> value) => Enumerable.Range(0, Channels).Sum(value);

        /// <summary>One channel under the window at a place of the result, each number times that of its tap.</summary>
        public double Window(float[] x, int row, int column, int channel, Func<int, float> weight)
        {
            var sum = 0.0;
            for (var tap = 0; tap < Taps; tap++)
            {
                var y = row * Geometry.Stride - Geometry.Top + tap / KernelWidth;
                var z = column * Geometry.Stride - Geometry.Left + tap % KernelWidth;
                if (y >= 0 && y < Height && z >= 0 && z < Width)
                {
                    sum += (double)x[(y * Width + z) * Channels + channel] * weight(tap);
                }
            }
            return sum;
        }
    }
}
