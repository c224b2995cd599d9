namespace MlxActors.Generation.Constraints.Schemas;

/// <summary>Arrays that hold the same numbers are equal.</summary>
internal sealed class IntArrays : IEqualityComparer<int[]>
{
    public static IntArrays Instance { get; } = new();

    public bool Equals(int[]? one, int[]? other) => one.AsSpan().SequenceEqual(other);

    public int GetHashCode(int[] numbers)
    {
        var hash = default(HashCode);
        foreach (var number in numbers)
        {
            hash.Add(number);
        }
        return hash.ToHashCode();
    }
}
