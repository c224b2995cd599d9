using MlxActors.Models;
using MlxActors.Models.Caches;
using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Benchmarks.Turns;

/// <summary>A model that works like another, and then says what it is told to. For one sequence at a time.</summary>
internal sealed class ScriptedModel(IModel model, IBackend backend) : IModel
{
    private readonly float[] _logits = new float[model.Info.VocabSize];

    public ModelInfo Info => model.Info;

    public long WeightBytes => model.WeightBytes;

    /// <summary>The tokens still to be said; behind them, any.</summary>
    public Queue<int> Answer { get; set; } = [];

    public SequenceCache NewCache() => model.NewCache();

    public Tensor? Forward(Batch batch)
    {
        if (model.Forward(batch) is null)
        {
            return null;
        }
        Array.Clear(_logits);
        _logits[Answer.TryDequeue(out var next) ? next : 0] = 1;
        return backend.FromFloats(_logits, new Shape(1, _logits.Length));
    }

    public KeptTensor Encode(MediaInput input) => model.Encode(input);

    public void Dispose() => model.Dispose();
}
