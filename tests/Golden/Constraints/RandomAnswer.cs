using System.Text;
using MlxActors.Generation.Constraints.Grammars;
using MlxActors.Generation.Constraints.Masks;

namespace MlxActors.Golden.Constraints;

/// <summary>An answer of random tokens under a grammar, brought to its end after a while by what closes strings, lists and objects.</summary>
internal static class RandomAnswer
{
    private const int MostTokens = 2000;

    /// <param name="freely">Tokens to draw at random before the end is sought.</param>
    /// <param name="look">Sees each place of the answer before its token is drawn.</param>
    public static byte[] Write(
        Vocabulary vocabulary, Grammar grammar, Random random, int freely, Action<byte[], TokenMask>? look = null)
    {
        var answer = vocabulary.Masks.Start(grammar);
        var bytes = new List<byte>();
        for (var count = 0; count < MostTokens; count++)
        {
            var mask = answer.Mask;
            look?.Invoke([.. bytes], mask);
            Assert.Equal(answer.IsComplete, mask.Allows(vocabulary.End));
            var token = answer.IsComplete && (mask.Count == 1 || count > freely || random.Next(3) == 0) ? vocabulary.End
                : count > freely || random.Next(8) == 0 ? Closing(vocabulary, mask, random) ?? Any(vocabulary, mask, random)
                : Any(vocabulary, mask, random);
            Assert.True(mask.Allows(token));
            if (token == vocabulary.End)
            {
                return [.. bytes];
            }
            answer.Add(token);
            bytes.AddRange(vocabulary.BytesOf(token));
        }
        throw new InvalidOperationException($"no end after {Encoding.UTF8.GetString([.. bytes])}");
    }

    private static int Any(Vocabulary vocabulary, TokenMask mask, Random random)
    {
        for (var tries = 0; tries < 64; tries++)
        {
            var token = random.Next(vocabulary.Size);
            if (token != vocabulary.End && mask.Allows(token))
            {
                return token;
            }
        }
        var start = random.Next(vocabulary.Size);
        return Enumerable.Range(0, vocabulary.Size)
            .Select(i => (start + i) % vocabulary.Size)
            .First(token => token != vocabulary.End && mask.Allows(token));
    }

    /// <summary>In a string, brackets are text like any letter; a 'b' or a digit is what some of the patterns wait for.</summary>
    private static int? Closing(Vocabulary vocabulary, TokenMask mask, Random random)
    {
        var isInString = vocabulary.TokenOf((byte)'q') is { } letter && mask.Allows(letter);
        foreach (var value in !isInString ? "}])\""u8 : random.Next(2) == 0 ? "\"b0"u8 : "\"0b"u8)
        {
            if (vocabulary.TokenOf(value) is { } token && mask.Allows(token))
            {
                return token;
            }
        }
        return null;
    }
}
