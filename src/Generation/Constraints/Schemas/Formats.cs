using System.Collections.Frozen;

namespace MlxActors.Generation.Constraints.Schemas;

/// <summary>The formats of strings that answers can be held to; each pattern is a part of what its format allows.</summary>
internal static class Formats
{
    private const string Date =
        "[12][0-9]{3}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))";

    private const string Time = @"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])";
    private const string Count = "[0-9]{1,4}";
    private const string Minutes = $"{Count}M({Count}S)?";
    private const string Hours = $"{Count}H({Minutes})?";
    private const string Label = "[A-Za-z0-9]([A-Za-z0-9-]{0,20}[A-Za-z0-9])?";
    private const string Octet = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

    private const string Hex4 = "[0-9a-f]{4}";
    private const string Email = $@"[A-Za-z0-9_+-]{{1,30}}(\.[A-Za-z0-9_+-]{{1,30}}){{0,2}}@{Label}(\.{Label}){{1,3}}";
    private const string Hostname = $@"{Label}(\.{Label}){{0,3}}";
    private const string Pointer = "(/[A-Za-z0-9_-]{0,30}){0,12}";

    // Shorter than 2,000 characters, which some clients demand.
    private const string Uri =
        @"https?://[A-Za-z0-9-]{1,40}(\.[A-Za-z0-9-]{1,40}){0,4}(:[1-9][0-9]{0,3})?(/[A-Za-z0-9._~!$&'()*+,;=:@-]{0,80}){0,15}"
        + @"(\?[A-Za-z0-9._~!$&'()*+,;=:@/?-]{0,200})?(#[A-Za-z0-9._~!$&'()*+,;=:@/?-]{0,80})?";

    private static readonly FrozenDictionary<string, Pattern> Known = new Dictionary<string, string>
    {
        ["date"] = Date,
        ["time"] = Time,
        ["date-time"] = $"{Date}T{Time}",
        ["duration"] = $"P({Count}D(T{Hours})?|T({Hours}|{Minutes}|{Count}S)|{Count}W)",
        ["uuid"] = $"{Hex4}{Hex4}-{Hex4}-{Hex4}-{Hex4}-{Hex4}{Hex4}{Hex4}",
        ["uuid4"] = $"{Hex4}{Hex4}-{Hex4}-4[0-9a-f]{{3}}-[89ab][0-9a-f]{{3}}-{Hex4}{Hex4}{Hex4}",
        ["email"] = Email,
        ["idn-email"] = Email,
        ["hostname"] = Hostname,
        ["idn-hostname"] = Hostname,
        ["ipv4"] = $@"{Octet}(\.{Octet}){{3}}",
        ["ipv6"] = "[0-9a-f]{1,4}(:[0-9a-f]{1,4}){7}",
        ["uri"] = Uri,
        ["uri-reference"] = Uri,
        ["uri-template"] = Uri,
        ["iri"] = Uri,
        ["iri-reference"] = Uri,
        ["json-pointer"] = Pointer,
        ["relative-json-pointer"] = $"(0|[1-9][0-9]?)(#|{Pointer})",
        ["regex"] = "[A-Za-z0-9 _-]{0,80}",
    }.ToFrozenDictionary(format => format.Key, format => PatternReader.Read($"^({format.Value})$", out var fault)
        ?? throw new System.Diagnostics.UnreachableException(fault));

    /// <summary>Null for a format that is none of JSON Schema's: it only describes.</summary>
    public static Pattern? Find(string format) => Known.GetValueOrDefault(format);
}
