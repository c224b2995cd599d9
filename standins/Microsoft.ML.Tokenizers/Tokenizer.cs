using System.Buffers;

namespace Microsoft.ML.Tokenizers;

/// <summary>The base of tokenizers: everything follows from encoding to tokens and decoding into a span.</summary>
public abstract class Tokenizer
{
    public virtual PreTokenizer PreTokenizer => null;

    public virtual Normalizer Normalizer => null;

    public IReadOnlyList<int> EncodeToIds(string text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        EncodeToIds(text, text, Settings(considerPreTokenization, considerNormalization)).Tokens;

    public IReadOnlyList<int> EncodeToIds(
        ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        EncodeToIds(null, text, Settings(considerPreTokenization, considerNormalization)).Tokens;

    public IReadOnlyList<int> EncodeToIds(
        string text,
        int maxTokenCount,
        out string normalizedText,
        out int charsConsumed,
        bool considerPreTokenization = true,
        bool considerNormalization = true)
    {
        var results = EncodeToIds(text, text, Settings(considerPreTokenization, considerNormalization, maxTokenCount));
        (normalizedText, charsConsumed) = (results.NormalizedText, results.CharsConsumed);
        return results.Tokens;
    }

    public IReadOnlyList<int> EncodeToIds(
        ReadOnlySpan<char> text,
        int maxTokenCount,
        out string normalizedText,
        out int charsConsumed,
        bool considerPreTokenization = true,
        bool considerNormalization = true)
    {
        var results = EncodeToIds(null, text, Settings(considerPreTokenization, considerNormalization, maxTokenCount));
        (normalizedText, charsConsumed) = (results.NormalizedText, results.CharsConsumed);
        return results.Tokens;
    }

    public IReadOnlyList<EncodedToken> EncodeToTokens(
        string text, out string normalizedText, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        var results = EncodeToTokens(text, text, Settings(considerPreTokenization, considerNormalization));
        normalizedText = results.NormalizedText;
        return results.Tokens;
    }

    public IReadOnlyList<EncodedToken> EncodeToTokens(
        ReadOnlySpan<char> text, out string normalizedText, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        var results = EncodeToTokens(null, text, Settings(considerPreTokenization, considerNormalization));
        normalizedText = results.NormalizedText;
        return results.Tokens;
    }

    public int CountTokens(string text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        CountTokens(text, text, Settings(considerPreTokenization, considerNormalization));

    public int CountTokens(ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        CountTokens(null, text, Settings(considerPreTokenization, considerNormalization));

    public int GetIndexByTokenCount(
        string text,
        int maxTokenCount,
        out string normalizedText,
        out int tokenCount,
        bool considerPreTokenization = true,
        bool considerNormalization = true) =>
        GetIndexByTokenCount(
            text, text, Settings(considerPreTokenization, considerNormalization, maxTokenCount), fromEnd: false, out normalizedText, out tokenCount);

    public int GetIndexByTokenCount(
        ReadOnlySpan<char> text,
        int maxTokenCount,
        out string normalizedText,
        out int tokenCount,
        bool considerPreTokenization = true,
        bool considerNormalization = true) =>
        GetIndexByTokenCount(
            null, text, Settings(considerPreTokenization, considerNormalization, maxTokenCount), fromEnd: false, out normalizedText, out tokenCount);

    public int GetIndexByTokenCountFromEnd(
        string text,
        int maxTokenCount,
        out string normalizedText,
        out int tokenCount,
        bool considerPreTokenization = true,
        bool considerNormalization = true) =>
        GetIndexByTokenCount(
            text, text, Settings(considerPreTokenization, considerNormalization, maxTokenCount), fromEnd: true, out normalizedText, out tokenCount);

    public int GetIndexByTokenCountFromEnd(
        ReadOnlySpan<char> text,
        int maxTokenCount,
        out string normalizedText,
        out int tokenCount,
        bool considerPreTokenization = true,
        bool considerNormalization = true) =>
        GetIndexByTokenCount(
            null, text, Settings(considerPreTokenization, considerNormalization, maxTokenCount), fromEnd: true, out normalizedText, out tokenCount);

    public virtual string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        for (var size = 256; ; size *= 2)
        {
            var buffer = ArrayPool<char>.Shared.Rent(size);
            try
            {
                var status = Decode(ids, buffer, out _, out var written);
                if (status == OperationStatus.Done)
                    return new string(buffer, 0, written);
                if (status != OperationStatus.DestinationTooSmall)
                    return null;
            }
            finally
            {
                ArrayPool<char>.Shared.Return(buffer);
            }
        }
    }

    public abstract OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten);

    protected abstract EncodeResults<EncodedToken> EncodeToTokens(string text, ReadOnlySpan<char> textSpan, EncodeSettings settings);

    protected virtual EncodeResults<int> EncodeToIds(string text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var results = EncodeToTokens(text, textSpan, settings);
        return new EncodeResults<int>
        {
            Tokens = [.. results.Tokens.Select(x => x.Id)],
            NormalizedText = results.NormalizedText,
            CharsConsumed = results.CharsConsumed,
        };
    }

    protected virtual int CountTokens(string text, ReadOnlySpan<char> textSpan, EncodeSettings settings) =>
        EncodeToTokens(text, textSpan, settings).Tokens.Count;

    /// <summary>Where the first, or the last, so many tokens end or begin in the (normalized) text.</summary>
    protected virtual int GetIndexByTokenCount(
        string text, ReadOnlySpan<char> textSpan, EncodeSettings settings, bool fromEnd, out string normalizedText, out int tokenCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(settings.MaxTokenCount, nameof(settings));
        var results = EncodeToTokens(text, textSpan, Settings(settings.ConsiderPreTokenization, settings.ConsiderNormalization));
        normalizedText = results.NormalizedText;
        tokenCount = Math.Min(settings.MaxTokenCount, results.Tokens.Count);
        if (tokenCount == 0)
            return fromEnd ? textSpan.Length : 0;
        return fromEnd ? results.Tokens[^tokenCount].Offset.Start.Value : results.Tokens[tokenCount - 1].Offset.End.Value;
    }

    private static EncodeSettings Settings(bool considerPreTokenization, bool considerNormalization, int maxTokenCount = int.MaxValue) => new()
    {
        ConsiderPreTokenization = considerPreTokenization,
        ConsiderNormalization = considerNormalization,
        MaxTokenCount = maxTokenCount,
    };
}
