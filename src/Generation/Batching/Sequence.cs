using System.Runtime.InteropServices;
using MlxActors.Generation.Batching.Prefixes;
using MlxActors.Generation.Constraints.Masks;
using MlxActors.Generation.Sampling;
using MlxActors.Generation.Speculation;
using MlxActors.Models;
using MlxActors.Models.Caches;

namespace MlxActors.Generation.Batching;

/// <summary>One running sequence: its request, its cache, and how far it is. Changes with each step, on the engine's thread.</summary>
/// <param name="reserved">Bytes that its cache may come to hold.</param>
/// <param name="constrained">Null when the answer may be anything.</param>
/// <param name="speculation">Null when its tokens are not guessed.</param>
internal sealed class Sequence(
    SequenceRequest request, SequenceCache cache, long reserved, ConstrainedAnswer? constrained, SpeculationLimits? speculation) : IDisposable
{
    private readonly TokenPath _prompt = TokenPath.Of(request.Prompt);
    private readonly List<MediaRun> _media = [];
    private readonly List<int> _made = [];
    private readonly List<int> _draft = [];
    private Drafter? _drafter;
    private int _nextMedia;

    public SequenceRequest Request => request;

    public SequenceCache Cache { get; private set; } = cache;

    /// <summary>What its cache holds, and before its first token also what it will hold.</summary>
    public TokenPath Path => Count == 0 ? _prompt : _prompt.Append(CollectionsMarshal.AsSpan(_made)[..(Cache.Length - _prompt.Length)]);

    /// <summary>Whether it has had a turn.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Tokens of its prompt that were there when it began.</summary>
    public int CachedTokens { get; private set; }

    /// <summary>What was guessed of its answer.</summary>
    public SpeculationCounts Speculation { get; set; }

    public long Reserved => reserved;

    public ReadOnlySpan<MediaRun> Media => CollectionsMarshal.AsSpan(_media);

    /// <summary>Tokens that may still be made before the reader takes some.</summary>
    public int Credit { get; set; } = request.Credit;

    /// <summary>Tokens made.</summary>
    public int Count => _made.Count;

    /// <summary>The token made last, which the next decode step reads.</summary>
    public int LastToken => _made[^1];

    /// <summary>Null when the request adjusts nothing.</summary>
    public TokenHistory? History { get; } =
        request.Adjustments.ChangeNothing ? null : new TokenHistory(request.Adjustments, request.Prompt.Tokens);

    /// <summary>The tokens that may come next; null: all.</summary>
    public TokenMask? Mask => constrained?.Mask;

    /// <summary>Whether the backend can choose its tokens: by the logits as they are, which nobody else asks for.</summary>
    public bool ChoosesByLogits => History is null && constrained is null && request.TopLogprobs is null;

    /// <summary>Whether it wants another token behind the next one, unless that ends the answer by what it says.</summary>
    public bool WantsTwo => Credit > 1 && Count + 1 < request.Limits.MaxTokens;

    /// <summary>Whether a step that was begun ahead has put the token made last into its cache.</summary>
    public bool HasReadLastToken => Count > 0 && Cache.Length == _prompt.Length + Count;

    /// <summary>What may come next; never more than it may still make, with one token for the pass itself.</summary>
    public DraftOffer Offer => _drafter?.Offer is { } offer
        ? offer with { Length = Math.Max(0, Math.Min(offer.Length, Math.Min(Credit, request.Limits.MaxTokens - Count) - 1)) }
        : default;

    /// <summary>Tokens guessed to come, which the step reads behind <see cref="LastToken"/>.</summary>
    public ReadOnlySpan<int> Draft => CollectionsMarshal.AsSpan(_draft);

    /// <summary>What went wrong in a step that was begun ahead: it has one token yet to tell.</summary>
    public Exception? Broken { get; set; }

    public bool IsDisposed { get; private set; }

    public long LastTurn { get; set; }

    public SequenceView View => new(Phase, LastTurn);

    private SequencePhase Phase =>
        Credit == 0 ? SequencePhase.Paused
        : Count > 0 ? SequencePhase.Decode
        : NextMedia is not null ? SequencePhase.Encode
        : SequencePhase.Prefill;

    /// <summary>The medium that is to be encoded next; null when all are that it has not read.</summary>
    public PreparedMedia? NextMedia => _nextMedia < request.Prompt.Media.Length ? request.Prompt.Media[_nextMedia] : null;

    /// <summary>Has a turn, in which it goes on from a cache that knows more of its prompt, if there is one.</summary>
    public void Begin(SequenceCache? known)
    {
        if (known is not null)
        {
            Cache.Dispose();
            Cache = known;
            CachedTokens = HasBegun ? CachedTokens : known.Length;
            while (NextMedia is { } media && media.Position + media.Length <= known.Length)
            {
                _nextMedia++;
            }
        }
        HasBegun = true;
    }

    /// <summary>Whether its prompt must not be read together with others.</summary>
    public bool ReadsAlone { get; private set; }

    /// <summary>Reads its prompt from the beginning, and alone.</summary>
    public void BeginAnew(SequenceCache cache)
    {
        FreeMedia();
        Cache.Dispose();
        (Cache, _nextMedia, ReadsAlone) = (cache, 0, true);
    }

    public void AddMedia(MediaRun run)
    {
        _media.Add(run);
        _nextMedia++;
    }

    public void AddToken(int token)
    {
        _made.Add(token);
        Credit--;
        History?.Add(token);
        constrained?.Add(token);
        Learn(token);
        FreeMedia();
    }

    /// <summary>Guesses so many tokens.</summary>
    public void MakeDraft(int count)
    {
        _draft.Clear();
        _drafter?.CopyTo(_draft, count);
    }

    /// <summary>
    /// Takes the token made last back out of the cache, if it is in there, and what was guessed to follow it: what is kept of an answer ends
    /// before it.
    /// </summary>
    public void ForgetLastToken()
    {
        var read = _prompt.Length + Count - 1;
        if (Count > 0 && Cache.Length > read && Cache.Fork(read) is { } shorter)
        {
            Cache.Dispose();
            Cache = shorter;
        }
    }

    public void Dispose()
    {
        IsDisposed = true;
        FreeMedia();
        Cache.Dispose();
    }

    private void Learn(int token)
    {
        if (speculation is not null)
        {
            // Not before the first token: a prompt may wait long for its turn.
            _drafter ??= new Drafter(speculation, request.Prompt);
            _drafter.Add(token);
        }
    }

    /// <summary>Encoded media are of no use here once the prompt has been read; the first token shows that it has.</summary>
    private void FreeMedia()
    {
        foreach (var run in _media)
        {
            run.Features.Dispose();
        }
        _media.Clear();
    }
}
