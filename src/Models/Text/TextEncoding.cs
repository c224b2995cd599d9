using System.Buffers;
using Microsoft.ML.Tokenizers;

namespace MlxActors.Models.Text;

/// <summary>A part of the normalized text: an added token, or text to be merged.</summary>
internal readonly record struct TextSegment(TextSpan Span, AddedToken? Token);

/// <summary>A text after added tokens were found in it and the rest was normalized.</summary>
/// <param name="normalized">The text as a string; null when the tokenizer normalizes nothing.</param>
internal readonly ref struct PreparedText(
    ReadOnlySpan<char> text, string? normalized, List<TextSegment> segments, EncodeSettings settings)
{
    public ReadOnlySpan<char> Text { get; } = text;

    public string? Normalized { get; } = normalized;

    public List<TextSegment> Segments { get; } = segments;

    public EncodeSettings Settings { get; } = settings;
}

/// <summary>The way from text to tokens: added tokens, normalization, pieces, words, merges.</summary>
internal sealed class TextEncoding(TokenizerJson file)
{
    /// <summary>A usual ratio, to guess the length of results.</summary>
    private const int CharsPerToken = 3;

    private static readonly Normalization NoNormalization = new Normalization.None();
    private static readonly PreTokenization NoPreTokenization = new PreTokenization.Whole();

    private readonly AddedTokens _added = new(file.AddedTokens);

    /// <param name="literals">See <see cref="HuggingFaceTokenizer.Encode(string, ReadOnlySpan{TextSpan})"/>.</param>
    public PreparedText Prepare(ReadOnlySpan<char> text, ReadOnlySpan<TextSpan> literals, EncodeSettings settings)
    {
        var normalizes = settings.ConsiderNormalization && file.Normalization is not Normalization.None;
        var normalized = normalizes ? new ArrayBufferWriter<char>(Math.Max(text.Length, 1)) : null;
        var segments = new List<TextSegment>();
        for (var at = 0; at < text.Length;)
        {
            var token = _added.Find(text, at, literals, out var start);
            if (start > at)
            {
                Append(text[at..start], at, null);
            }
            at = start + (token?.Content.Length ?? 0);
            if (token is not null)
            {
                Append(token.Content, start, token);
            }
        }
        if (normalized is null)
        {
            return new PreparedText(text, null, segments, settings);
        }
        var result = normalized.WrittenSpan.ToString();
        return new PreparedText(result, result, segments, settings);

        void Append(ReadOnlySpan<char> part, int start, AddedToken? token)
        {
            if (normalized is null)
            {
                segments.Add(new TextSegment(new TextSpan(start, part.Length), token));
                return;
            }
            start = normalized.WrittenCount;
            (token is null ? file.Normalization : NoNormalization).Append(part, normalized);
            segments.Add(new TextSegment(new TextSpan(start, normalized.WrittenCount - start), token));
        }
    }

    /// <summary>The tokens, at most <see cref="EncodeSettings.MaxTokenCount"/>, never ending inside a character.</summary>
    /// <param name="charsConsumed">The end of the last one in <see cref="PreparedText.Text"/>.</param>
    public List<int> Ids(PreparedText prepared, out int charsConsumed)
    {
        var most = prepared.Settings.MaxTokenCount;
        var ids = new List<int>(Math.Min(most, 1 + prepared.Text.Length / CharsPerToken));
        foreach (var segment in prepared.Segments)
        {
            charsConsumed = segment.Span.Start;
            if (ids.Count == most)
            {
                return ids;
            }
            if (segment.Token is { } token)
            {
                ids.Add(token.Id);
                continue;
            }
            foreach (var word in Words(prepared, segment))
            {
                var before = ids.Count;
                charsConsumed = word.Start;
                if (before == most)
                {
                    return ids;
                }
                file.Bpe.Encode(prepared.Text.Slice(word.Start, word.Length), ids);
                if (ids.Count > most)
                {
                    ids.RemoveRange(before, ids.Count - before);
                    var fitting = WordTokens(prepared, word);
                    KeepWholeCharacters(fitting, most - before);
                    ids.AddRange(fitting.Select(part => part.Id));
                    charsConsumed = fitting is [.., var last] ? last.End : word.Start;
                    return ids;
                }
            }
        }
        charsConsumed = prepared.Text.Length;
        return ids;
    }

    /// <summary>As <see cref="Ids"/>, with the place of each token in <see cref="PreparedText.Text"/>.</summary>
    public List<PieceToken> Tokens(PreparedText prepared, out int charsConsumed)
    {
        var most = prepared.Settings.MaxTokenCount;
        var tokens = new List<PieceToken>();
        foreach (var segment in prepared.Segments)
        {
            if (segment.Token is { } token)
            {
                tokens.Add(new PieceToken(token.Id, segment.Span.Start, segment.Span.End, EndsCharacter: true));
                continue;
            }
            foreach (var word in Words(prepared, segment))
            {
                tokens.AddRange(WordTokens(prepared, word));
            }
        }
        charsConsumed = prepared.Text.Length;
        if (tokens.Count > most)
        {
            KeepWholeCharacters(tokens, most);
            charsConsumed = tokens is [.., var last] ? last.End : 0;
        }
        return tokens;
    }

    private WordEnumerator Words(PreparedText prepared, TextSegment segment) => new(
        prepared.Text.Slice(segment.Span.Start, segment.Span.Length),
        segment.Span.Start,
        prepared.Settings.ConsiderPreTokenization ? file.PreTokenization : NoPreTokenization,
        file.Cuts);

    private List<PieceToken> WordTokens(PreparedText prepared, TextSpan word) =>
        [.. file.Bpe.EncodeWithOffsets(prepared.Text.Slice(word.Start, word.Length))
            .Select(token => token with { Start = token.Start + word.Start, End = token.End + word.Start })];

    private static void KeepWholeCharacters(List<PieceToken> tokens, int most)
    {
        var count = Math.Min(most, tokens.Count);
        while (count > 0 && !tokens[count - 1].EndsCharacter)
        {
            count--;
        }
        tokens.RemoveRange(count, tokens.Count - count);
    }

    /// <summary>The words of a segment: its pieces, cut further where that changes nothing.</summary>
    private ref struct WordEnumerator(ReadOnlySpan<char> segment, int offset, PreTokenization split, WordCuts cuts)
    {
        private readonly ReadOnlySpan<char> _segment = segment;
        private int _pieceEnd;
        private int _end;

        public TextSpan Current { get; private set; }

        public readonly WordEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_end == _segment.Length)
            {
                return false;
            }
            if (_end == _pieceEnd)
            {
                _pieceEnd = split.PieceEnd(_segment, _end);
            }
            var start = _end;
            _end = cuts.WordEnd(_segment[.._pieceEnd], start);
            Current = new TextSpan(offset + start, _end - start);
            return true;
        }
    }
}
