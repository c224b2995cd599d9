using System.Globalization;
using System.Numerics;

namespace Akka.Configuration.Hocon;

/// <summary>Numbers, booleans, durations and sizes as they are written in HOCON.</summary>
internal static class HoconUnits
{
    public static bool Boolean(string text) => text switch
    {
        "on" or "true" => true,
        "off" or "false" => false,
        _ => throw new NotSupportedException($"Unknown boolean format: {text}"),
    };

    public static T Number<T>(string text)
        where T : INumber<T> => T.Parse(text, NumberStyles.Any, CultureInfo.InvariantCulture);

    public static TimeSpan Duration(string text, bool allowInfinite)
    {
        if (allowInfinite && string.Equals(text, "infinite", StringComparison.OrdinalIgnoreCase))
            return Timeout.InfiniteTimeSpan;
        var (amount, unit) = Split(text);
        var milliseconds = unit switch
        {
            "ns" or "nano" or "nanos" or "nanosecond" or "nanoseconds" => amount / 1e6,
            "us" or "micro" or "micros" or "microsecond" or "microseconds" => amount / 1e3,
            "" or "ms" or "milli" or "millis" or "millisecond" or "milliseconds" => amount,
            "s" or "second" or "seconds" => amount * 1e3,
            "m" or "minute" or "minutes" => amount * 60e3,
            "h" or "hour" or "hours" => amount * 3600e3,
            "d" or "day" or "days" => amount * 86400e3,
            _ => throw new FormatException($"Unknown duration format: {text}"),
        };
        return milliseconds < 0
            ? throw new FormatException($"Expected a positive value instead of {text}")
            : TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond));
    }

    public static long? ByteSize(string text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var (amount, unit) = Split(text);
        var factor = unit switch
        {
            "" or "b" or "B" or "byte" or "bytes" => 1d,
            "kB" or "kilobyte" or "kilobytes" => 1e3,
            "k" or "K" or "Ki" or "KiB" or "kibibyte" or "kibibytes" => 1024d,
            "MB" or "megabyte" or "megabytes" => 1e6,
            "m" or "M" or "Mi" or "MiB" or "mebibyte" or "mebibytes" => 1024d * 1024,
            "GB" or "gigabyte" or "gigabytes" => 1e9,
            "g" or "G" or "Gi" or "GiB" or "gibibyte" or "gibibytes" => 1024d * 1024 * 1024,
            _ => throw new FormatException($"Unknown byte size format: {text}"),
        };
        return (long)(amount * factor);
    }

    private static (double Amount, string Unit) Split(string text)
    {
        var trimmed = text.AsSpan().Trim();
        var end = trimmed.Length;
        while (end > 0 && char.IsLetter(trimmed[end - 1]))
            end--;
        return (double.Parse(trimmed[..end].Trim(), NumberStyles.Float, CultureInfo.InvariantCulture), trimmed[end..].ToString());
    }
}
