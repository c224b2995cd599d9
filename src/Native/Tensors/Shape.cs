using System.Runtime.CompilerServices;

namespace MlxActors.Native.Tensors;

/// <summary>The dimensions of a tensor, outermost first, held in place so that making one allocates nothing.</summary>
public readonly struct Shape : IEquatable<Shape>
{
    public const int MaxRank = 6;

    private readonly Dimensions _dimensions;

    public Shape(params ReadOnlySpan<int> dimensions)
    {
        if (dimensions.Length > MaxRank)
        {
            throw new ArgumentException($"shape: at most {MaxRank} dimensions, got {dimensions.Length}", nameof(dimensions));
        }
        foreach (var dimension in dimensions)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(dimensions));
        }
        Rank = dimensions.Length;
        dimensions.CopyTo(_dimensions);
    }

    public int Rank { get; }

    /// <summary>The dimension at <paramref name="axis"/>; negative axes count from the end.</summary>
    public int this[int axis]
    {
        get
        {
            var index = axis < 0 ? axis + Rank : axis;
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Rank, nameof(axis));
            return _dimensions[index];
        }
    }

    /// <summary>Number of elements; 1 for rank 0.</summary>
    public long Count
    {
        get
        {
            long count = 1;
            for (var axis = 0; axis < Rank; axis++)
            {
                count = checked(count * _dimensions[axis]);
            }
            return count;
        }
    }

    /// <summary>The innermost dimension.</summary>
    public int Last => this[-1];

    /// <summary>Number of innermost rows: <see cref="Count"/> over <see cref="Last"/>.</summary>
    public int Rows
    {
        get
        {
            long rows = 1;
            for (var axis = 0; axis < Rank - 1; axis++)
            {
                rows = checked(rows * _dimensions[axis]);
            }
            return checked((int)rows);
        }
    }

    /// <summary>The same shape with another innermost dimension.</summary>
    public Shape WithLast(int last)
    {
        Span<int> dimensions = stackalloc int[Rank];
        CopyTo(dimensions);
        dimensions[^1] = last;
        return new Shape(dimensions);
    }

    public void CopyTo(Span<int> destination) => ((ReadOnlySpan<int>)_dimensions)[..Rank].CopyTo(destination);

    public int[] ToArray()
    {
        var dimensions = new int[Rank];
        CopyTo(dimensions);
        return dimensions;
    }

    public bool Equals(Shape other) => Rank == other.Rank
        && ((ReadOnlySpan<int>)_dimensions)[..Rank].SequenceEqual(((ReadOnlySpan<int>)other._dimensions)[..Rank]);

    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        for (var axis = 0; axis < Rank; axis++)
        {
            hash.Add(_dimensions[axis]);
        }
        return hash.ToHashCode();
    }

    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    public override string ToString() => $"({string.Join(", ", ToArray())})";

    [InlineArray(MaxRank)]
    private struct Dimensions
    {
        private int _first;
    }
}
