using MlxActors.Generation.Sampling;
using MlxActors.Models;
using MlxActors.Models.Caches;
using MlxActors.Models.Media;
using MlxActors.Native.Tensors;

namespace MlxActors.Generation.Tests.Speculation;

/// <summary>
/// A model that tends to say again what it has said, for its favourite hangs on the last two tokens most of the time; but its logits hang on
/// every token that its cache was given, so that a cache with a token too many or too few changes them.
/// </summary>
internal sealed class LoopingModel(IBackend backend) : IModel
{
    public const int EndOfTurn = 0;

    /// <summary>What its tokens say; enough for JSON.</summary>
    public const string Characters = "\0{}[]\":,0123abcdefgh tru";

    public ModelInfo Info { get; } = new(
        "looping", ContextWindow: 1000, Characters.Length, [EndOfTurn], Capabilities.Text, SamplingDefaults.Silent, ImagesAttendBothWays: false);

    public long WeightBytes => 0;

    /// <summary>Rows of each pass, by sequence.</summary>
    public List<int[]> Passes { get; } = [];

    public int LiveCaches { get; private set; }

    /// <summary>Called before each pass; may throw.</summary>
    public Action OnForward { get; set; } = () => { };

    public SequenceCache NewCache() => new([new TextCache(this, [])]);

    public Tensor? Forward(Batch batch)
    {
        OnForward();
        Passes.Add([.. batch.Layout.Sequences.ToArray().Select(sequence => sequence.Rows)]);
        var tokens = batch.TokensToCome is { } ids ? backend.ViewIds(ids) : batch.Tokens;
        var (logits, wanted) = (new List<float>(), 0);
        for (var index = 0; index < batch.Caches.Length; index++)
        {
            var (rows, cache) = (batch.Layout.Sequences[index], (TextCache)batch.Caches[index].Layers[0]);
            for (var row = rows.FirstRow; row < rows.FirstRow + rows.Rows; row++)
            {
                cache.Append(tokens[row]);
                if (wanted < batch.LogitRows.Length && batch.LogitRows[wanted] == row)
                {
                    wanted++;
                    logits.AddRange(LogitsBehind(cache.Text));
                }
            }
        }
        return wanted == 0 ? null : backend.FromFloats(logits.ToArray(), new Shape(wanted, Characters.Length));
    }

    public KeptTensor Encode(MediaInput input) => throw new NotSupportedException("it takes text alone");

    public void Dispose()
    {
    }

    private static float[] LogitsBehind(List<int> text)
    {
        var whole = text.Aggregate(1UL, (hash, token) => hash * 31 + (ulong)token);
        var last = text.Count > 1 ? (ulong)(text[^2] * 100 + text[^1]) : 0;
        var favourite = CounterRandom.Unit(7, whole) < .15 ? CounterRandom.Unit(8, whole) : CounterRandom.Unit(9, last);
        var logits = Enumerable.Range(0, Characters.Length).Select(token => (float)CounterRandom.Unit(whole, (ulong)token)).ToArray();
        logits[(int)(favourite * Characters.Length)] += 4;
        return logits;
    }

    private sealed class TextCache : KvCache
    {
        private readonly LoopingModel _model;
        private bool _disposed;

        public TextCache(LoopingModel model, List<int> text)
        {
            (_model, Text) = (model, text);
            _model.LiveCaches++;
        }

        public List<int> Text { get; }

        public override KvCacheSpec Spec { get; } = new(1, 1, null);

        public override int Length => Text.Count;

        public override long Bytes => BytesFor(Length, 1);

        public override int Start => 0;

        public void Append(int token)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            Text.Add(token);
        }

        public override KvCache? Fork(int length)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return new TextCache(_model, Text[..length]);
        }

        protected override void Dispose(bool disposing)
        {
            _model.LiveCaches -= _disposed ? 0 : 1;
            _disposed = true;
        }
    }
}
