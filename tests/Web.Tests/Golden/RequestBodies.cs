using System.Text;
using System.Text.Json;

namespace MlxActors.Web.Tests.Golden;

/// <summary>The bytes of a golden request: given as text, in base64, or by a rule that repeats.</summary>
internal static class RequestBodies
{
    private const string Placeholder = "$MODEL";
    private const string Model = "demo";
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[] Of(JsonElement row) =>
        row.TryGetProperty("body", out var text) ? Encoding.UTF8.GetBytes(text.GetString()!.Replace(Placeholder, Model))
        : row.TryGetProperty("body_base64", out var base64) ? WithModel(base64.GetBytesFromBase64())
        : Encoding.UTF8.GetBytes(ByRule(row.GetProperty("body_rule")).Replace(Placeholder, Model));

    private static byte[] WithModel(byte[] bytes)
    {
        try
        {
            return Strict.GetBytes(Strict.GetString(bytes).Replace(Placeholder, Model));
        }
        catch (DecoderFallbackException)
        {
            return bytes;
        }
    }

    private static string ByRule(JsonElement rule) => new StringBuilder()
        .Append(Text(rule, "prefix"))
        .Insert(Text(rule, "prefix").Length, Text(rule, "repeat"), Count(rule, "times"))
        .Append(Text(rule, "middle"))
        .Append(string.Concat(Enumerable.Repeat(Text(rule, "repeat2"), Count(rule, "times2"))))
        .Append(Text(rule, "suffix"))
        .ToString();

    private static string Text(JsonElement rule, string name) => rule.TryGetProperty(name, out var text) ? text.GetString()! : "";

    private static int Count(JsonElement rule, string name) => rule.TryGetProperty(name, out var count) ? count.GetInt32() : 0;
}
