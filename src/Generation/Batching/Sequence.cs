using System.Runtime.InteropServices;
using MlxActors.Generation.Constraints.Masks;
using MlxActors.Generation.Sampling;
using MlxActors.Models;
using MlxActors.Models.Caches;

namespace MlxActors.Generation.Batching;

/// <summary>One running sequence: its request, its cache, and how far it is. Changes with each step, on the engine's thread.</summary>
/// <param name="reserved">Bytes that its cache may come to hold.</param>
/// <param name="constrained">Null when the answer may be anything.</param>
internal sealed class Sequence(SequenceRequest request, SequenceCache cache, long reserved, ConstrainedAnswer? constrained) : IDisposable
{
    private readonly List<MediaRun> _media = [];

    public SequenceRequest Request => request;

    public SequenceCache Cache => cache;

    public long Reserved => reserved;

    public ReadOnlySpan<MediaRun> Media => CollectionsMarshal.AsSpan(_media);

    /// <summary>Tokens that may still be made before the reader takes some.</summary>
    public int Credit { get; set; } = request.Credit;

    /// <summary>Tokens made.</summary>
    public int Count { get; private set; }

    /// <summary>The token made last, which the next decode step reads.</summary>
    public int LastToken { get; private set; }

    /// <summary>Null when the request adjusts nothing.</summary>
    public TokenHistory? History { get; } =
        request.Adjustments.ChangeNothing ? null : new TokenHistory(request.Adjustments, request.Prompt.Tokens);

    /// <summary>The tokens that may come next; null: all.</summary>
    public TokenMask? Mask => constrained?.Mask;

    public long LastTurn { get; set; }

    public SequenceView View => new(Phase, LastTurn);

    private SequencePhase Phase =>
        Credit == 0 ? SequencePhase.Paused
        : Count > 0 ? SequencePhase.Decode
        : NextMedia is not null ? SequencePhase.Encode
        : SequencePhase.Prefill;

    /// <summary>The medium that is to be encoded next; null when all are.</summary>
    public PreparedMedia? NextMedia => _media.Count < request.Prompt.Media.Length ? request.Prompt.Media[_media.Count] : null;

    public void AddMedia(MediaRun run) => _media.Add(run);

    public void AddToken(int token)
    {
        (LastToken, Count, Credit) = (token, Count + 1, Credit - 1);
        History?.Add(token);
        constrained?.Add(token);
        FreeMedia();
    }

    public void Dispose()
    {
        FreeMedia();
        cache.Dispose();
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
