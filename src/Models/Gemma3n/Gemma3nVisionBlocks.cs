using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MlxActors.Models.Gemma3n;

/// <summary>What a block of the tower is made of.</summary>
/// <param name="Stride">By how much the sides of a map shrink.</param>
/// <param name="Channels">Of the map that comes out.</param>
public abstract partial record VisionBlock(int Stride, int Channels)
{
    private static readonly FrozenDictionary<char, (int Min, int Max)> Bounds = new Dictionary<char, (int, int)>
    {
        ['r'] = (1, 256),
        ['a'] = (0, 31),
        ['k'] = (0, 31),
        ['s'] = (1, 8),
        ['e'] = (1, 32),
        ['c'] = (1, 1 << 14),
        ['h'] = (1, 256),
        ['d'] = (1, 1 << 12),
        ['v'] = (1, 8),
    }.ToFrozenDictionary();

    /// <summary>A dense convolution that widens, and one of single pixels that narrows again.</summary>
    public sealed record EdgeResidual(int Kernel, int Stride, int Expansion, int Channels) : VisionBlock(Stride, Channels);

    /// <summary>
    /// Convolutions of single pixels that widen and narrow again, depthwise ones before and between where there is a kernel.
    /// </summary>
    public sealed record InvertedResidual(int? StartKernel, int? MiddleKernel, int Stride, int Expansion, int Channels)
        : VisionBlock(Stride, Channels);

    /// <summary>Attention whose heads share one key and one value head.</summary>
    /// <param name="KeyStride">Keys and values are taken from a map whose sides are this much shorter; 1 for the map itself.</param>
    public sealed record Attention(int Heads, int HeadDim, int KeyKernel, int KeyStride, int Channels) : VisionBlock(1, Channels);

    /// <summary>The stages of <c>mobilenetv5_300m_enc</c>.</summary>
    public static ImmutableArray<ImmutableArray<VisionBlock>> Real { get; } =
    [
        Stage("er_k3_s2_e4_c128", "er_r2_k3_e4_c128"),
        Stage("uir_a3_k5_s2_e6_c256", "uir_a5_e4_c256", "uir_a3_e4_c256", "uir_a5_e4_c256", "uir_a3_e4_c256"),
        Stage(
            ["uir_a5_k5_s2_e6_c640", "uir_r7_a5_e4_c640", "uir_e1_c640", .. Pairs(14, "mqa_k3_h12_v2_d64_c640", "uir_e2_c640")]),
        Stage(["uir_a5_k5_s2_e6_c1280", .. Pairs(19, "mqa_h16_d96_c1280", "uir_e2_c1280")]),
    ];

    /// <summary>
    /// Blocks in the notation of timm's <c>arch_def</c>: a/k kernels at the start and in the middle, s stride, e expansion, c channels,
    /// h heads, d head dimension, v stride of keys, r repetitions, of which only the first has the stride. Null when the text is none.
    /// </summary>
    public static ImmutableArray<VisionBlock>? Parse(string text)
    {
        if (!Notation().IsMatch(text))
        {
            return null;
        }
        var parts = text.Split('_');
        var numbers = new Dictionary<char, int>();
        foreach (var part in parts[1..])
        {
            var (number, bounds) = (int.Parse(part.AsSpan(1), CultureInfo.InvariantCulture), Bounds[part[0]]);
            if (number < bounds.Min || number > bounds.Max || !numbers.TryAdd(part[0], number))
            {
                return null;
            }
        }
        var repeats = numbers.GetValueOrDefault('r', 1);
        return Block(parts[0], numbers, numbers.GetValueOrDefault('s', 1)) is { } first && Block(parts[0], numbers, stride: 1) is { } next
            ? [first, .. Enumerable.Repeat(next, repeats - 1)]
            : null;
    }

    private static VisionBlock? Block(string type, Dictionary<char, int> numbers, int stride)
    {
        var (start, kernel) = (Present(numbers, 'a'), Present(numbers, 'k'));
        var (channels, expansion) = (Present(numbers, 'c'), numbers.GetValueOrDefault('e', 1));
        return (type, channels, Present(numbers, 'h'), Present(numbers, 'd')) switch
        {
            ("er", { } c, _, _) when kernel is { } k => new EdgeResidual(k, stride, expansion, c),
            ("uir", { } c, _, _) when stride == 1 || kernel is not null => new InvertedResidual(start, kernel, stride, expansion, c),
            ("mqa", { } c, { } heads, { } headDim) when stride == 1 =>
                new Attention(heads, headDim, kernel ?? 1, numbers.GetValueOrDefault('v', 1), c),
            _ => null,
        };
    }

    /// <summary>The notation writes 0 for a convolution that is not there.</summary>
    private static int? Present(Dictionary<char, int> numbers, char key) =>
        numbers.TryGetValue(key, out var number) && number > 0 ? number : null;

    private static ImmutableArray<VisionBlock> Stage(params string[] blocks) => [.. blocks.SelectMany(block => Parse(block)!.Value)];

    private static IEnumerable<string> Pairs(int count, string first, string second) =>
        Enumerable.Repeat((string[])[first, second], count).SelectMany(pair => pair);

    [GeneratedRegex("^(er|uir|mqa)(_[akserchvd][0-9]{1,6})+\\z")]
    private static partial Regex Notation();
}
