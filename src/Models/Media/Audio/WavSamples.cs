using System.Buffers.Binary;

namespace MlxActors.Models.Media.Audio;

/// <summary>Reads one encoding's samples, full scale at ±1.</summary>
internal interface IWavSample
{
    static abstract int Length { get; }

    static abstract double Read(ReadOnlySpan<byte> at);
}

/// <summary>Samples to the mean of their channels.</summary>
internal static class WavSamples
{
    /// <returns>One value a frame.</returns>
    public static float[] Mono(WavFile file) => file.Format.Encoding switch
    {
        WavEncoding.Unsigned8 => Mono<Unsigned8>(file),
        WavEncoding.Signed16 => Mono<Signed16>(file),
        WavEncoding.Signed24 => Mono<Signed24>(file),
        WavEncoding.Signed32 => Mono<Signed32>(file),
        WavEncoding.Float32 => Mono<Float32>(file),
        WavEncoding.Float64 => Mono<Float64>(file),
        WavEncoding.ALaw => Mono<ALaw>(file),
        WavEncoding.MuLaw => Mono<MuLaw>(file),
        _ => throw new ArgumentOutOfRangeException(nameof(file), file.Format.Encoding, "not an encoding"),
    };

    private static float[] Mono<TSample>(WavFile file)
        where TSample : struct, IWavSample
    {
        var data = file.Data.Span;
        var channels = file.Format.Channels;
        var mono = new float[data.Length / file.Format.BytesPerFrame];
        foreach (ref var mean in mono.AsSpan())
        {
            var sum = 0.0;
            for (var channel = 0; channel < channels; channel++)
            {
                sum += TSample.Read(data);
                data = data[TSample.Length..];
            }
            mean = (float)(sum / channels);
        }
        return mono;
    }

    private readonly struct Unsigned8 : IWavSample
    {
        public static int Length => 1;

        public static double Read(ReadOnlySpan<byte> at) => (at[0] - 128) / 128.0;
    }

    private readonly struct Signed16 : IWavSample
    {
        public static int Length => 2;

        public static double Read(ReadOnlySpan<byte> at) => BinaryPrimitives.ReadInt16LittleEndian(at) / 32768.0;
    }

    private readonly struct Signed24 : IWavSample
    {
        public static int Length => 3;

        public static double Read(ReadOnlySpan<byte> at) => (at[0] | (at[1] << 8) | ((sbyte)at[2] << 16)) / 8388608.0;
    }

    private readonly struct Signed32 : IWavSample
    {
        public static int Length => 4;

        public static double Read(ReadOnlySpan<byte> at) => BinaryPrimitives.ReadInt32LittleEndian(at) / 2147483648.0;
    }

    private readonly struct Float32 : IWavSample
    {
        public static int Length => 4;

        public static double Read(ReadOnlySpan<byte> at) => BinaryPrimitives.ReadSingleLittleEndian(at);
    }

    private readonly struct Float64 : IWavSample
    {
        public static int Length => 8;

        public static double Read(ReadOnlySpan<byte> at) => BinaryPrimitives.ReadDoubleLittleEndian(at);
    }

    private readonly struct ALaw : IWavSample
    {
        public static int Length => 1;

        public static double Read(ReadOnlySpan<byte> at) => Companding.ALaw(at[0]) / 32768.0;
    }

    private readonly struct MuLaw : IWavSample
    {
        public static int Length => 1;

        public static double Read(ReadOnlySpan<byte> at) => Companding.MuLaw(at[0]) / 32768.0;
    }
}
