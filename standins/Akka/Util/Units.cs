namespace Akka;

/// <summary>"It is done": the result of tasks that carry no value.</summary>
public sealed class Done
{
    public static readonly Done Instance = new();

    private Done()
    {
    }
}

/// <summary>The materialized value of a stream stage that has none.</summary>
public sealed class NotUsed : IEquatable<NotUsed>, IComparable<NotUsed>
{
    public static readonly NotUsed Instance = new();

    private NotUsed()
    {
    }

    public bool Equals(NotUsed other) => other is not null;

    public override bool Equals(object obj) => obj is NotUsed;

    public override int GetHashCode() => 0;

    public int CompareTo(NotUsed other) => 0;

    public override string ToString() => "()";
}
