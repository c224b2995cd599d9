using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace MlxActors.Web.Cli;

/// <summary>Options that take numbers, and say in words which.</summary>
internal static class NumberOption
{
    /// <summary>One number, or none.</summary>
    public static Option<int?> Optional(string name, string description, int least, int most) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => Parse(result, name, least, most) is [var number, ..] ? number : null,
    };

    /// <summary>One number.</summary>
    public static Option<int> WithDefault(string name, string description, int least, int most, int instead) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => Parse(result, name, least, most) is [var number, ..] ? number : instead,
        DefaultValueFactory = _ => instead,
    };

    /// <summary>One number or several, with commas between them.</summary>
    public static Option<int[]> List(string name, string description, int least, int most, int instead) => new(name)
    {
        Description = description,
        HelpName = "N,…",
        CustomParser = result => Parse(result, name, least, most),
        DefaultValueFactory = _ => [instead],
    };

    private static int[] Parse(ArgumentResult result, string name, int least, int most)
    {
        var words = result.Tokens.SelectMany(token => token.Value.Split(',')).ToArray();
        var numbers = words.Select(word =>
            int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : (int?)null).ToArray();
        if (Array.IndexOf(numbers, null) is >= 0 and var wrong)
        {
            result.AddError($"{name} takes a number from {least} to {most}, not '{words[wrong]}'.");
        }
        return [.. numbers.OfType<int>()];
    }
}
