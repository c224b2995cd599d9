using System.Diagnostics;
using System.Text.Json;
using MlxActors.Benchmarks.Tokenizers;
using MlxActors.Generation.Constraints;
using MlxActors.Generation.Constraints.Masks;
using MlxActors.Generation.Constraints.Schemas;
using MlxActors.Models;
using MlxActors.Models.Chat;

namespace MlxActors.Benchmarks.Constraints;

/// <summary>What it costs to hold an answer to a schema, over the real vocabularies: once for a schema, and for each token.</summary>
internal static class ConstraintsCommand
{
    public const string Name = "constraints";

    private const int Runs = 21;

    private const string Order = """
        {"type":"object","properties":{"id":{"type":"integer","minimum":1},"customer":{"type":"object","properties":{"name":{"type":"string"},
        "email":{"type":"string","format":"email"}},"required":["name","email"],"additionalProperties":false},
        "items":{"type":"array","items":{"type":"object","properties":{"title":{"type":"string","maxLength":80},"count":{"type":"integer"},
        "price":{"type":"number"}},"required":["title","count","price"],"additionalProperties":false}},
        "status":{"enum":["open","paid","sent"]},"note":{"type":["string","null"]}},"required":["id","customer","items","status","note"],
        "additionalProperties":false}
        """;

    private const string Person = """
        {"type":"object","properties":{"id":{"type":"string","format":"uuid",
        "pattern":"^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12})$"},
        "email":{"type":"string","format":"email",
        "pattern":"^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_'+\\-\\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\\-]*\\.)+[A-Za-z]{2,}$"},
        "seen":{"type":"string","format":"date-time",
        "pattern":"^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?Z$"},
        "zip":{"type":"string","pattern":"^\\d{5}$"},
        "tags":{"type":"object","propertyNames":{"type":"string"},"additionalProperties":{"type":"boolean"}}},
        "required":["id","email","seen","zip","tags"],"additionalProperties":false}
        """;

    private const string Answer = """
        {"id": 17, "customer": {"name": "Anna Müller", "email": "anna@example.org"}, "items": [{"title": "A lamp for the desk", "count": 2,
         "price": 19.9}, {"title": "Écran 27 pouces", "count": 1, "price": 310}], "status": "paid", "note": "Please ring twice."}
        """;

    public static int Run()
    {
        var source = JsonElement.Parse(Order);
        PrintCompiling("a schema", Order);
        PrintCompiling("one with patterns beside formats, as zod has them", Person);
        var grammar = new AnswerForm(Read(source), [], Parallel: false).ToGrammar(CallSyntax.ToolCode)!;
        foreach (var (family, end) in (ReadOnlySpan<(string, string)>)[("gemma3", "<end_of_turn>"), ("qwen3", "<|im_end|>")])
        {
            var tokenizer = Fixtures.Tokenizer(Fixtures.TokenizerFile(family));
            var tokens = tokenizer.EncodeToIds(Answer.ReplaceLineEndings("")).Append(tokenizer.IdOf(end)!.Value).ToArray();
            var info = new ModelInfo(
                family, 1 << 17, tokenizer.MaxId + 1, [tokens[^1]], Capabilities.Text, SamplingDefaults.Silent, ImagesAttendBothWays: false);
            var masks = new ConstraintMasks(token => tokenizer.IsSpecial(token) ? [] : tokenizer.BytesOf(token), info);
            var trie = Times(() => masks.Start(grammar), 1)[0];
            var logits = new float[info.VocabSize];
            var cold = Steps(masks.Start(grammar), tokens, logits);
            var warm = Enumerable.Range(0, Runs).Select(_ => Steps(masks.Start(grammar), tokens, logits)).ToArray();
            Console.WriteLine(
                $"{family}: read the vocabulary {trie:F0} ms; {tokens.Length} tokens, each: first time median {Median(cold):F2} ms, most {cold.Max():F2} ms; "
                + $"again median {Median([.. warm.SelectMany(run => run)]):F4} ms, most of the medians "
                + $"{Enumerable.Range(0, tokens.Length).Max(i => Median([.. warm.Select(run => run[i])])):F4} ms");
        }
        return 0;
    }

    private static void PrintCompiling(string what, string source)
    {
        var number = 0;
        var compiles = Times(() => Read(JsonElement.Parse(source.Insert(1, $"\"$comment\":\"{number++}\","))));
        var known = JsonElement.Parse(source);
        var again = Times(() => Read(known));
        Console.WriteLine($"compile {what}: first {compiles[0]:F2} ms, median {Median(compiles):F2} ms; again {Median(again):F4} ms");
    }

    /// <summary>Milliseconds of each token: its mask, the logits under it, and the way on.</summary>
    private static double[] Steps(ConstrainedAnswer answer, int[] tokens, float[] logits) =>
    [
        .. tokens.Select(token => Times(() =>
        {
            answer.Mask.Apply(logits);
            if (logits[token] < 0)
            {
                throw new InvalidOperationException($"token {token} is not allowed");
            }
            answer.Add(token);
            Array.Clear(logits);
            return token;
        }, 1)[0]),
    ];

    private static Schema Read(JsonElement source) =>
        Schema.Read(source).Match(schema => schema, error => throw new InvalidDataException(error.ToString()));

    private static double[] Times<T>(Func<T> work, int runs = Runs)
    {
        var times = new double[runs];
        for (var run = 0; run < runs; run++)
        {
            var start = Stopwatch.GetTimestamp();
            GC.KeepAlive(work());
            times[run] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        return times;
    }

    private static double Median(double[] times) => times.Order().ElementAt(times.Length / 2);
}
