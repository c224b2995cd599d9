using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.RegularExpressions;
using MlxActors.Http.Errors;
using MlxActors.Native.Results;

namespace MlxActors.Web.OpenAi.Parsing;

/// <summary>Turns one JSON value into a <typeparamref name="T"/>, or says what is wrong with it.</summary>
/// <param name="path">Where the value stands in the request, for the error.</param>
internal delegate Result<T, ApiError> Decoder<T>(JsonElement value, string path);

/// <summary>The decoders that all others are made of. Total: no JSON value makes one throw.</summary>
internal static class Decode
{
    // Integers up to here are exact as a double, so that 4.0 is 4.
    private const double ExactInteger = 9_007_199_254_740_992;

    public static Decoder<string> Text { get; } = (value, path) =>
        value.ValueKind != JsonValueKind.String ? Faults.WrongType(path, "a string", value)
        : TryGetText(value, out var text) ? text
        : Faults.Invalid(path, "the string holds half of a surrogate pair.");

    public static Decoder<bool> Boolean { get; } = (value, path) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : Faults.WrongType(path, "a boolean", value);

    public static Decoder<JsonElement> Object { get; } = (value, path) =>
        value.ValueKind == JsonValueKind.Object ? value : Faults.WrongType(path, "an object", value);

    public static Decoder<long> Integer(long least = long.MinValue, long most = long.MaxValue) => (value, path) =>
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            return Faults.WrongType(path, "an integer", value);
        }
        var number = value.GetDouble();
        if (!value.TryGetInt64(out var integer))
        {
            if (double.IsFinite(number) && number != Math.Truncate(number))
            {
                return Faults.WrongType(path, "an integer", value);
            }
            if (Math.Abs(number) > ExactInteger)
            {
                return number < 0
                    ? Faults.Below("integer", path, least, value.GetRawText())
                    : Faults.Above("integer", path, most, value.GetRawText());
            }
            integer = (long)number;
        }
        return integer < least ? Faults.Below("integer", path, least, value.GetRawText())
            : integer > most ? Faults.Above("integer", path, most, value.GetRawText())
            : integer;
    };

    public static Decoder<double> Decimal(double least, double most) => (value, path) =>
        value.ValueKind != JsonValueKind.Number ? Faults.WrongType(path, "a decimal", value)
        : value.GetDouble() is var number && number < least ? Faults.Below("decimal", path, least, value.GetRawText())
        : number > most ? Faults.Above("decimal", path, most, value.GetRawText())
        : number;

    public static Decoder<string> OneOf(params ImmutableArray<string> supported) => (value, path) =>
        Text(value, path).Bind(text => supported.Contains(text)
            ? Result.Ok<string, ApiError>(text)
            : Faults.NotOneOf(path, text, supported));

    public static Decoder<string> Matching(Regex pattern) => (value, path) =>
        Text(value, path).Bind(text => pattern.IsMatch(text)
            ? Result.Ok<string, ApiError>(text)
            : Faults.Invalid(path, $"string does not match pattern. Expected a string that matches the pattern '{pattern}'."));

    public static Decoder<ImmutableArray<T>> ListOf<T>(Decoder<T> item) => (value, path) =>
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return Faults.WrongType(path, "an array", value);
        }
        var items = ImmutableArray.CreateBuilder<T>(value.GetArrayLength());
        foreach (var element in value.EnumerateArray())
        {
            switch (item(element, $"{path}[{items.Count}]"))
            {
                case Result<T, ApiError>.Ok(var decoded):
                    items.Add(decoded);
                    break;
                case Result<T, ApiError>.Error(var fault):
                    return fault;
            }
        }
        return items.MoveToImmutable();
    };

    private static bool TryGetText(JsonElement value, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = value.GetString();
        }
        catch (InvalidOperationException)
        {
            // An escape such as \ud800 without its other half: legal JSON, but no text.
            text = null;
        }
        return text is not null;
    }
}
