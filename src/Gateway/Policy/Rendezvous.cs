using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace MlxActors.Gateway.Policy;

/// <summary>
/// Rendezvous hashing (highest random weight; Thaler and Ravishankar, 1998): every gateway puts the nodes in the same order for a key
/// without having agreed on anything, and a node that is lost moves only the keys that had it first.
/// </summary>
internal static class Rendezvous
{
    public static ulong Score(ulong key, string node) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(node.AsSpan()), unchecked((long)key));

    /// <summary>A key for a text.</summary>
    public static ulong KeyOf(string text) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan()));
}
