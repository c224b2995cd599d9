using System.Numerics;
using System.Runtime.InteropServices;

namespace MlxActors.Models.Media.Audio;

/// <summary>
/// The discrete Fourier transform of real numbers whose count is a power of two: neighbours are taken as complex numbers, transformed by
/// radix 2, and parted again. Thread-safe: the tables are only read.
/// </summary>
public sealed class RealFft
{
    /// <summary>e^(−2πi k / Length) for k below half the length.</summary>
    private readonly Complex[] _roots;

    /// <summary>Where each complex number goes before the first butterfly: its index with the bits in reverse.</summary>
    private readonly int[] _reversed;

    public RealFft(int length)
    {
        if (length < 2 || !BitOperations.IsPow2(length))
        {
            throw new ArgumentOutOfRangeException(nameof(length), length, "a power of two from 2 on was expected");
        }
        Length = length;
        _roots = [.. Enumerable.Range(0, length / 2).Select(k => Complex.FromPolarCoordinates(1, -2 * Math.PI * k / length))];
        _reversed = new int[length / 2];
        for (var i = 1; i < _reversed.Length; i++)
        {
            _reversed[i] = (_reversed[i / 2] / 2) + (i % 2 * (_reversed.Length / 2));
        }
    }

    public int Length { get; }

    /// <summary>Frequencies from 0 to half the sampling rate, both included.</summary>
    public int Bins => Length / 2 + 1;

    /// <param name="samples"><see cref="Length"/> numbers, which are overwritten.</param>
    /// <param name="spectrum"><see cref="Bins"/> numbers.</param>
    public void Transform(Span<double> samples, Span<Complex> spectrum)
    {
        if (samples.Length != Length || spectrum.Length != Bins)
        {
            throw new ArgumentException($"{samples.Length} samples and {spectrum.Length} bins in a transform of {Length}");
        }
        var pairs = MemoryMarshal.Cast<double, Complex>(samples);
        Reorder(pairs);
        for (var size = 2; size <= pairs.Length; size *= 2)
        {
            Merge(pairs, size);
        }
        for (var k = 0; k < spectrum.Length; k++)
        {
            spectrum[k] = Part(pairs[k % pairs.Length], Complex.Conjugate(pairs[(pairs.Length - k) % pairs.Length]), k);
        }
    }

    private void Reorder(Span<Complex> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var other = _reversed[i];
            if (i < other)
            {
                (values[i], values[other]) = (values[other], values[i]);
            }
        }
    }

    /// <summary>Makes transforms of <paramref name="size"/> from pairs of half the size.</summary>
    private void Merge(Span<Complex> values, int size)
    {
        var (half, stride) = (size / 2, Length / size);
        for (var start = 0; start < values.Length; start += size)
        {
            var even = values.Slice(start, half);
            var odd = values.Slice(start + half, half);
            for (var k = 0; k < half; k++)
            {
                var turned = odd[k] * _roots[k * stride];
                (even[k], odd[k]) = (even[k] + turned, even[k] - turned);
            }
        }
    }

    /// <summary>
    /// Frequency k from the transform of pairs at k, and its mirror image: even samples were real parts, odd ones imaginary.
    /// </summary>
    private Complex Part(Complex at, Complex mirrored, int k)
    {
        var root = k < _roots.Length ? _roots[k] : -_roots[0];
        return ((at + mirrored) - (Complex.ImaginaryOne * root * (at - mirrored))) / 2;
    }
}
