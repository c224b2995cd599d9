namespace MlxActors.Native.Cpu.Kernels;

/// <summary>
/// Rows of activations in 8 bits: <c>x ≈ scale · q</c> per group. Group after group, and in a group row after row, so that a product walks
/// through memory in one direction.
/// </summary>
internal unsafe struct QuantizedRows
{
    public int Rows;
    public int K;
    public int GroupSize;

    /// <summary>
    /// Of each eight elements, first those with even and then those with odd indices: the order in which the low and the high nibbles of
    /// packed weights come, so that the weights need not be put in order.
    /// </summary>
    public bool EvenOdd;

    /// <summary><c>[K / GroupSize, Rows, GroupSize]</c>, from −127 to 127.</summary>
    public sbyte* Quanta;

    /// <summary><c>[K / GroupSize, Rows]</c>.</summary>
    public float* Scales;

    /// <summary>Scale times the sum of the group's quanta, which the weights' bias is multiplied with.</summary>
    public float* Sums;

    public readonly int Groups => K / GroupSize;

    public readonly long Index(int group, int row) => (long)group * Rows + row;

    /// <summary>Where the element <paramref name="k"/> of a group lies in it.</summary>
    public readonly int Place(int k) => EvenOdd ? (k & ~7) + (k & 1) * 4 + (k & 7) / 2 : k;
}
