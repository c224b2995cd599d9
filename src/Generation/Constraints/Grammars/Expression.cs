using System.Collections.Immutable;
using System.Text;

namespace MlxActors.Generation.Constraints.Grammars;

/// <summary>A language of byte strings: a regular expression whose parts may be calls of rules.</summary>
internal abstract record Expression
{
    private Expression()
    {
    }

    public static Expression Empty { get; } = new Sequence([]);

    public static Expression Literal(string text) => new Bytes([.. Encoding.UTF8.GetBytes(text)]);

    public static Expression Optional(Expression inner) => new Repeat(inner, 0, 1);

    public static Expression Of(params ImmutableArray<Expression> parts) => parts.Length == 1 ? parts[0] : new Sequence(parts);

    /// <summary>One of them; none at all when there is none.</summary>
    public static Expression OneOf(params ImmutableArray<Expression> options) => options.Length == 1 ? options[0] : new Choice(options);

    public sealed record Bytes(ImmutableArray<byte> Value) : Expression;

    /// <summary>One byte from <paramref name="First"/> to <paramref name="Last"/>, both included.</summary>
    public sealed record Range(byte First, byte Last) : Expression;

    public sealed record Sequence(ImmutableArray<Expression> Parts) : Expression;

    public sealed record Choice(ImmutableArray<Expression> Options) : Expression;

    /// <param name="Most">Null: any number.</param>
    public sealed record Repeat(Expression Inner, int Least, int? Most) : Expression;

    /// <summary>What leads from the first place to one that is an end; nothing when there are no places.</summary>
    public sealed record Graph(ImmutableArray<Place> Places) : Expression;

    /// <param name="Ways">Where each step leads to, by number.</param>
    public readonly record struct Place(ImmutableArray<(Expression Step, int Target)> Ways, bool IsEnd);

    /// <summary>What the rule of this number describes; rules may call each other and themselves.</summary>
    public sealed record Call(int Rule) : Expression;
}
