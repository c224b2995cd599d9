using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Tokenizers;
using MlxActors.Native.Checkpoints;
using MlxActors.Native.Results;

namespace MlxActors.Models.Text;

/// <summary>
/// The byte-pair encodings of Hugging Face's <c>tokenizer.json</c>: Gemma's (characters, falling back to bytes) and Qwen's (bytes). Gives
/// the ids and texts of the tokenizers library 0.23 without added special tokens, which chat templates write themselves. Thread-safe.
/// </summary>
public sealed class HuggingFaceTokenizer : Tokenizer
{
    public const string FileName = "tokenizer.json";

    private const long LargestFile = 1L << 29;

    private readonly TokenizerJson _file;
    private readonly TextEncoding _encoding;
    private readonly HashSet<int> _special;

    private HuggingFaceTokenizer(TokenizerJson file)
    {
        _file = file;
        _encoding = new TextEncoding(file);
        _special = [.. file.AddedTokens.Where(token => token.Special).Select(token => token.Id)];
    }

    /// <summary>The largest id of the file; the model's vocabulary must reach beyond it.</summary>
    public int MaxId => _file.Vocabulary.MaxId;

    /// <summary>What belongs before a text that no chat template has rendered: Gemma's <c>&lt;bos&gt;</c>.</summary>
    public ImmutableArray<int> Prefix => _file.PostProcessing.Before;

    /// <summary>What belongs after such a text.</summary>
    public ImmutableArray<int> Suffix => _file.PostProcessing.After;

    /// <summary>The <c>tokenizer.json</c> of a checkpoint, all of whose ids the model must know.</summary>
    public static Result<HuggingFaceTokenizer, LoadError> LoadWithin(string directory, int vocabSize) =>
        Load(Path.Combine(directory, FileName)).Bind(Result<HuggingFaceTokenizer, LoadError> (tokenizer) => tokenizer.MaxId < vocabSize
            ? tokenizer
            : new LoadError($"{FileName}: expected ids below the model's vocab_size {vocabSize}, found {tokenizer.MaxId}", FileName));

    /// <summary>Reads a <c>tokenizer.json</c>.</summary>
    public static Result<HuggingFaceTokenizer, LoadError> Load(string path)
    {
        var name = Path.GetFileName(path);
        try
        {
            if (!File.Exists(path))
            {
                return new LoadError($"{name}: expected a tokenizer, found no such file", name);
            }
            using var file = MappedFile.Open(path);
            return file.Length <= LargestFile
                ? Read(file.Bytes(0, (int)file.Length), name)
                : new LoadError($"{name}: expected at most {LargestFile} bytes, found {file.Length}", name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new LoadError($"{name}: expected a readable file, found this: {e.Message}", name);
        }
    }

    /// <summary>Reads the content of a <c>tokenizer.json</c>.</summary>
    /// <param name="name">The file's name, for errors.</param>
    public static Result<HuggingFaceTokenizer, LoadError> Read(ReadOnlySpan<byte> utf8, string name)
    {
        try
        {
            return new HuggingFaceTokenizer(TokenizerJson.Read(utf8));
        }
        catch (TokenizerFormatException e)
        {
            return new LoadError($"{name}: {e.Message}", name);
        }
        // The reader throws the latter for strings that are not UTF-8 or hold half a surrogate pair.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new LoadError($"{name}: expected JSON, found this: {e.Message}", name);
        }
    }

    /// <summary>The id of a token in the file's spelling; null when there is none.</summary>
    public int? IdOf(string token) => _file.Vocabulary.TryGetId(token, out var id) ? id : null;

    /// <summary>The file's spelling of a token; null when there is none with this id.</summary>
    public string? TokenOf(int id) => _file.Vocabulary.TokenOf(id);

    /// <summary>What a token stands for in a text, control tokens by their spelling; empty for ids that stand for none.</summary>
    public ImmutableArray<byte> BytesOf(int id) => TokenOf(id) is { } token ? [.. _file.Decoding.BytesOf(token)] : [];

    /// <summary>Whether a token is a control token, which is no text.</summary>
    public bool IsSpecial(int id) => _special.Contains(id);

    /// <summary>Encodes a text of which some stretches come from outside.</summary>
    /// <param name="literals">Those stretches, in order: the spelling of a control token that touches one is plain text.</param>
    public ImmutableArray<int> Encode(string text, ReadOnlySpan<TextSpan> literals)
    {
        var settings = new EncodeSettings { ConsiderNormalization = true, ConsiderPreTokenization = true };
        return [.. _encoding.Ids(_encoding.Prepare(text, literals, settings), out _)];
    }

    /// <summary>
    /// Encodes a text that no chat template has rendered, between <see cref="Prefix"/> and <see cref="Suffix"/>. Control tokens spelt in it
    /// are meant; a text that begins with the prefix does not get it twice.
    /// </summary>
    public ImmutableArray<int> EncodeRaw(string text)
    {
        var tokens = Encode(text, []);
        return tokens.AsSpan().StartsWith(Prefix.AsSpan()) ? [.. tokens, .. Suffix] : [.. Prefix, .. tokens, .. Suffix];
    }

    /// <summary>A decoder for one run of tokens.</summary>
    /// <param name="skipSpecialTokens">Leaves control tokens out of the text.</param>
    public IncrementalDecoder NewDecoder(bool skipSpecialTokens) => new Incremental(this, skipSpecialTokens);

    /// <summary>The text of tokens, control tokens included; ids that stand for none are left out.</summary>
    public override string Decode(IEnumerable<int> ids) => Decode(ids, skipSpecialTokens: false);

    /// <inheritdoc cref="Decode(IEnumerable{int})"/>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens)
    {
        var decoder = NewDecoder(skipSpecialTokens);
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            text.Append(decoder.Add(id));
        }
        return text.Append(decoder.Flush()).ToString();
    }

    /// <summary>Writes the text of as many tokens as fit, never parting a character.</summary>
    /// <param name="idsConsumed">The tokens whose text has been written; decoding goes on after them.</param>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        var decoder = new Incremental(this, skipSpecialTokens: false);
        var (seen, end) = (0, 0);
        (idsConsumed, charsWritten) = (0, 0);
        foreach (var id in ids)
        {
            if (!TryAppend(decoder.Add(id), destination, ref end))
            {
                return OperationStatus.DestinationTooSmall;
            }
            seen++;
            (idsConsumed, charsWritten) = decoder.Holds ? (idsConsumed, charsWritten) : (seen, end);
        }
        if (!TryAppend(decoder.Flush(), destination, ref end))
        {
            return OperationStatus.DestinationTooSmall;
        }
        (idsConsumed, charsWritten) = (seen, end);
        return OperationStatus.Done;
    }

    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var prepared = _encoding.Prepare(text ?? textSpan, [], settings);
        var ids = _encoding.Ids(prepared, out var charsConsumed);
        return new EncodeResults<int> { Tokens = ids, NormalizedText = prepared.Normalized, CharsConsumed = charsConsumed };
    }

    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var prepared = _encoding.Prepare(text ?? textSpan, [], settings);
        var tokens = _encoding.Tokens(prepared, out var charsConsumed);
        return new EncodeResults<EncodedToken>
        {
            Tokens = [.. tokens.Select(token => new EncodedToken(token.Id, TokenOf(token.Id)!, token.Start..token.End))],
            NormalizedText = prepared.Normalized,
            CharsConsumed = charsConsumed,
        };
    }

    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) =>
        EncodeToIds(text, textSpan, settings).Tokens.Count;

    protected override int GetIndexByTokenCount(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings, bool fromEnd, out string? normalizedText, out int tokenCount)
    {
        var most = settings.MaxTokenCount;
        settings.MaxTokenCount = fromEnd ? int.MaxValue : most;
        var prepared = _encoding.Prepare(text ?? textSpan, [], settings);
        normalizedText = prepared.Normalized;
        if (!fromEnd)
        {
            tokenCount = _encoding.Ids(prepared, out var charsConsumed).Count;
            return charsConsumed;
        }
        var tokens = _encoding.Tokens(prepared, out _);
        var first = Math.Max(0, tokens.Count - most);
        while (first > 0 && !tokens[first - 1].EndsCharacter)
        {
            first++;
        }
        tokenCount = tokens.Count - first;
        return first == 0 ? 0 : first < tokens.Count ? tokens[first].Start : prepared.Text.Length;
    }

    private static bool TryAppend(string text, Span<char> destination, ref int end)
    {
        if (!text.TryCopyTo(destination[end..]))
        {
            return false;
        }
        end += text.Length;
        return true;
    }

    private sealed class Incremental(HuggingFaceTokenizer tokenizer, bool skipSpecialTokens) : IncrementalDecoder
    {
        private readonly TokenDecoder _decoder = tokenizer._file.Decoding.Start();

        public bool Holds => _decoder.Holds;

        public override string Add(int token) =>
            tokenizer.TokenOf(token) is { } spelling && !(skipSpecialTokens && tokenizer.IsSpecial(token)) ? _decoder.Add(spelling) : "";

        public override string Flush() => _decoder.Flush();
    }
}
