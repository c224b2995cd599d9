using System.Numerics.Tensors;

namespace MlxActors.Native.Tensors.Choosing;

/// <summary>
/// The tokens still in the running and their logits, by ascending id. The logits are relative to the best one's, which is therefore 0,
/// so that no filter meets an overflow. The buffers are reused from token to token and grow to the widest
/// vocabulary seen; not thread-safe.
/// </summary>
internal sealed class Candidates
{
    private float[] _logits = [];
    private float[] _scratch = [];
    private int[] _ids = [];

    public int Count { get; private set; }

    public Span<float> Logits => _logits.AsSpan(0, Count);

    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Room for <see cref="Count"/> numbers, of any content; each caller overwrites the last one's.</summary>
    public Span<float> Scratch => _scratch.AsSpan(0, Count);

    /// <summary>Of any content; each caller clears it.</summary>
    public PriorityQueue<float, float> Heap { get; } = new();

    /// <summary>Begins anew with every token of the vocabulary; the logits hold a finite maximum.</summary>
    public void Load(ReadOnlySpan<float> logits)
    {
        if (_logits.Length < logits.Length)
        {
            (_logits, _scratch, _ids) = (new float[logits.Length], new float[logits.Length], new int[logits.Length]);
        }
        Count = logits.Length;
        TensorPrimitives.Subtract(logits, TensorPrimitives.Max(logits), Logits);
        for (var id = 0; id < Count; id++)
        {
            _ids[id] = id;
        }
    }

    /// <summary>Leaves out every token below the threshold; equal logits stay or go together.</summary>
    public void KeepFrom(float threshold)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (_logits[i] >= threshold)
            {
                (_logits[kept], _ids[kept]) = (_logits[i], _ids[i]);
                kept++;
            }
        }
        Count = kept;
    }
}
