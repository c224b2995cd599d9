using System.Globalization;

namespace MlxActors.Benchmarks.Peer;

/// <summary>What both engines are asked to do, with nothing of a server around them.</summary>
/// <param name="Target">Least ratio of own to the peer's tokens a second that is wanted.</param>
internal abstract record Work(double Target)
{
    public abstract string Name { get; }

    /// <summary>Tokens of a prompt.</summary>
    public sealed record Prompt(int Tokens, double Target) : Work(Target)
    {
        public override string Name => string.Create(CultureInfo.InvariantCulture, $"prompt of {Tokens:N0} tokens");
    }

    /// <summary>Tokens of an answer behind <paramref name="Depth"/> tokens that were read before.</summary>
    public sealed record Decode(int Tokens, int Depth, double Target) : Work(Target)
    {
        public override string Name => string.Create(CultureInfo.InvariantCulture, $"{Tokens} tokens after {Depth:N0}");
    }
}
