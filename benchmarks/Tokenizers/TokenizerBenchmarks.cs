using BenchmarkDotNet.Attributes;
using MlxActors.Models.Text;

namespace MlxActors.Benchmarks.Tokenizers;

/// <summary>Loading and encoding with the real vocabularies. The bytes of the mixed text over its time are the bytes per second.</summary>
[MemoryDiagnoser]
public class TokenizerBenchmarks
{
    private byte[] _file = [];
    private string _text = "";
    private string[] _lines = [];
    private string _word = "";
    private int[] _ids = [];
    private HuggingFaceTokenizer _tokenizer = null!;

    [Params("gemma3", "qwen3")]
    public string Family { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _file = Fixtures.TokenizerFile(Family);
        _tokenizer = Fixtures.Tokenizer(_file);
        _text = Fixtures.MixedText();
        _lines = _text.Split('\n');
        _word = Fixtures.LongWord();
        _ids = [.. _tokenizer.EncodeToIds(_text)];
    }

    [Benchmark]
    public int Load() => Fixtures.Tokenizer(_file).MaxId;

    [Benchmark]
    public int EncodeMegabyte() => _tokenizer.CountTokens(_text);

    [Benchmark]
    public int EncodeMegabyteByLine() => _lines.Sum(line => _tokenizer.CountTokens(line));

    [Benchmark]
    public int EncodeLongWord() => _tokenizer.CountTokens(_word);

    [Benchmark]
    public int DecodeMegabyteIncrementally()
    {
        var decoder = _tokenizer.NewDecoder(skipSpecialTokens: true);
        return _ids.Sum(id => decoder.Add(id).Length);
    }
}
