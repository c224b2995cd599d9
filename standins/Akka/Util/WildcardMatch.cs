using System.IO.Enumeration;

namespace Akka.Util.Internal;

internal static class WildcardMatch
{
    public static bool Like(this string text, string pattern) => FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false);
}
