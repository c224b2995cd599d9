using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MlxActors.Models.Text;

namespace MlxActors.Golden.Tokenizers;

/// <summary>Decoding token by token, on the real vocabularies.</summary>
public sealed class IncrementalDecoderProperties
{
    private const string Kind = "tokenizers";
    private const int Runs = 2000;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static TheoryData<string?> Families => Goldens.Files(Kind, "ids.jsonl");

    [SkippableTheory]
    [MemberData(nameof(Families))]
    public void Deltas_OfAnyTokens_JoinToTheTextOfTheWhole(string? file)
    {
        var tokenizer = Open(file);
        Check(Prop.ForAll(Tokens(tokenizer), ids => Join(tokenizer, ids) == DecodeWhole(tokenizer, ids)));
    }

    [SkippableTheory]
    [MemberData(nameof(Families))]
    public void Deltas_OfAnyTokens_HoldNoHalfCharacter(string? file)
    {
        var tokenizer = Open(file);
        Check(Prop.ForAll(Tokens(tokenizer), ids =>
        {
            var decoder = tokenizer.NewDecoder(skipSpecialTokens: false);
            return ids.Select(decoder.Add).All(delta => Strict.GetByteCount(delta) >= 0);
        }));
    }

    [SkippableTheory]
    [MemberData(nameof(Families))]
    public void Deltas_OfEncodedText_NeverShowABrokenCharacter(string? file)
    {
        var tokenizer = Open(file);
        Check(Prop.ForAll(
            ArbMap.Default.ArbFor<NonNull<string>>().Filter(text => !text.Get.Contains('\uFFFD') && IsValid(text.Get)),
            text => !Join(tokenizer, tokenizer.EncodeToIds(text.Get)).Contains('\uFFFD')));
    }

    [SkippableTheory]
    [MemberData(nameof(Families))]
    public void Deltas_SkippingSpecialTokens_AreThoseOfTheOtherTokens(string? file)
    {
        var tokenizer = Open(file);
        Check(Prop.ForAll(Tokens(tokenizer), ids =>
        {
            var decoder = tokenizer.NewDecoder(skipSpecialTokens: true);
            var joined = string.Concat(ids.Select(decoder.Add)) + decoder.Flush();
            return joined == DecodeWhole(tokenizer, [.. ids.Where(id => !tokenizer.IsSpecial(id))]);
        }));
    }

    [SkippableTheory]
    [MemberData(nameof(Families))]
    public void Decode_IntoABufferPieceByPiece_GivesTheTextOfTheWhole(string? file)
    {
        var tokenizer = Open(file);
        Check(Prop.ForAll(Tokens(tokenizer), ids =>
        {
            // Room for the longest text that cannot be parted: a run of byte tokens and the token behind it.
            var buffer = new char[256 + ids.Length];
            var text = new StringBuilder();
            var rest = ids;
            System.Buffers.OperationStatus status;
            do
            {
                status = tokenizer.Decode(rest, buffer, out var consumed, out var written);
                text.Append(buffer, 0, written);
                rest = rest[consumed..];
            }
            while (status == System.Buffers.OperationStatus.DestinationTooSmall);
            return rest.Length == 0 && text.ToString() == DecodeWhole(tokenizer, ids);
        }));
    }

    private static void Check(Property property) => FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(Runs), property);

    private static string Join(HuggingFaceTokenizer tokenizer, IEnumerable<int> ids)
    {
        var decoder = tokenizer.NewDecoder(skipSpecialTokens: false);
        return string.Concat(ids.Select(decoder.Add)) + decoder.Flush();
    }

    /// <summary>Ids of any token, more often of single bytes and of special tokens, and now and then of none.</summary>
    private static Arbitrary<int[]> Tokens(HuggingFaceTokenizer tokenizer)
    {
        var all = Enumerable.Range(0, tokenizer.MaxId + 1);
        int[] bytes = [.. all.Where(id => tokenizer.TokenOf(id) is { } token && (token.Length == 1 || IsByte(token)))];
        int[] special = [.. all.Where(tokenizer.IsSpecial)];
        var id = Gen.Frequency(
            (4, Gen.Elements(bytes)),
            (4, Gen.Choose(0, tokenizer.MaxId)),
            (1, Gen.Elements(special)),
            (1, Gen.Choose(-1, tokenizer.MaxId + 100)));
        return id.ArrayOf().ToArbitrary();
    }

    private static bool IsByte(string token) => token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal);

    /// <summary>The reference's rule, spelt out over the whole: bytes of GPT-2's alphabet, or text with runs of byte tokens.</summary>
    private static string DecodeWhole(HuggingFaceTokenizer tokenizer, int[] ids)
    {
        var tokens = ids.Select(tokenizer.TokenOf).OfType<string>().ToArray();
        if (tokenizer.IdOf("<0x00>") is null)
        {
            return Encoding.UTF8.GetString([.. tokens.SelectMany(BytesOf)]);
        }
        var text = new StringBuilder();
        for (var i = 0; i < tokens.Length;)
        {
            byte[] run = [.. tokens.Skip(i).TakeWhile(IsByte).Select(token => Convert.ToByte(token[3..5], 16))];
            text.Append(run.Length == 0 ? tokens[i].Replace('▁', ' ') : TryStrict(run) ?? new string('\uFFFD', run.Length));
            i += Math.Max(1, run.Length);
        }
        return text.ToString();
    }

    private static IEnumerable<byte> BytesOf(string token) =>
        token.All(Alphabet.ContainsKey) ? token.Select(c => Alphabet[c]) : Encoding.UTF8.GetBytes(token);

    private static Dictionary<char, byte> Alphabet { get; } = MakeAlphabet();

    private static Dictionary<char, byte> MakeAlphabet()
    {
        var visible = Enumerable.Range(0x21, 0x5E).Concat(Enumerable.Range(0xA1, 12)).Concat(Enumerable.Range(0xAE, 82)).ToArray();
        var others = Enumerable.Range(0, 256).Except(visible).Select((value, index) => (Char: (char)(256 + index), Byte: (byte)value));
        return visible.Select(value => (Char: (char)value, Byte: (byte)value)).Concat(others).ToDictionary();
    }

    private static string? TryStrict(byte[] bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static bool IsValid(string text)
    {
        try
        {
            return Strict.GetByteCount(text) >= 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    private static HuggingFaceTokenizer Open(string? file) =>
        TokenizerFiles.Of(Path.GetDirectoryName(Goldens.PathOf(Goldens.SkipWhenNone(file, Kind)))!);
}
