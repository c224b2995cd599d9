using System.Diagnostics;
using System.Text;

namespace MlxActors.Benchmarks.Tokenizers;

/// <summary>A look at the tokenizers' speed in seconds instead of minutes: the best of a few runs of each.</summary>
internal static class TokenizersCommand
{
    public const string Name = "tokenizers";

    private const int Runs = 7;

    public static int Run()
    {
        var text = Fixtures.MixedText();
        var megabytes = Encoding.UTF8.GetByteCount(text) / 1e6;
        var word = Fixtures.LongWord();
        foreach (var family in (string[])["gemma3", "qwen3"])
        {
            var file = Fixtures.TokenizerFile(family);
            var first = Time(() => Fixtures.Tokenizer(file));
            var load = Best(() => Fixtures.Tokenizer(file));
            var tokenizer = Fixtures.Tokenizer(file);
            var whole = Best(() => tokenizer.CountTokens(text));
            // Code that is warm, a cache that is cold: what a text gets that is like none before it.
            var fresh = Fixtures.Tokenizer(file);
            var cold = Time(() => fresh.CountTokens(text));
            var longWord = Best(() => tokenizer.CountTokens(word));
            Console.WriteLine(
                $"{family}: load {first:F2} s, again {load:F2} s; mixed text {megabytes / whole:F1} MB/s, "
                + $"cache cold {megabytes / cold:F1} MB/s; a word of {word.Length / 1024} KB {longWord:F3} s");
        }
        return 0;
    }

    private static double Best<T>(Func<T> work) => Enumerable.Range(0, Runs).Min(_ => Time(work));

    private static double Time<T>(Func<T> work)
    {
        var start = Stopwatch.GetTimestamp();
        GC.KeepAlive(work());
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
