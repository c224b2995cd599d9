using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace MlxActors.Http.Access;

/// <summary>Keys of which any one opens.</summary>
internal sealed class KeyRing(IEnumerable<string> keys)
{
    private readonly ImmutableArray<byte[]> _digests = [.. keys.Select(Digest)];

    public bool IsEmpty => _digests.IsEmpty;

    // Digests have one length, and every key is looked at to its end: the time says nothing of how close a guess was.
    public bool Holds(string key)
    {
        var digest = Digest(key);
        return _digests.Aggregate(false, (known, own) => known | CryptographicOperations.FixedTimeEquals(own, digest));
    }

    private static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
