using MlxActors.Backend.Conformance;
using MlxActors.Native.Tensors;
using MlxActors.Native.Tensors.Choosing;

namespace MlxActors.Native.Tests;

/// <summary>The operations of a decoder with one layer, for one token.</summary>
internal sealed class SampleLayer(IBackend backend, Samples samples, KvCache cache)
{
    private const int Hidden = 128;

    // Made once: code that is not optimized, as tests are, reads spans of constants through reflection.
    private static readonly Shape QueryHeads = new(1, 4, 32);
    private static readonly Shape KeyHeads = new(1, 2, 32);
    private static readonly Shape Row = new(1, Hidden);

    private readonly Weight _embedding = samples.Quantized(100, Hidden, 4, 64, DType.BFloat16).ImportInto(backend);
    private readonly Weight _query = samples.Quantized(128, Hidden, 4, 64, DType.BFloat16).ImportInto(backend);
    private readonly Weight _key = samples.Quantized(64, Hidden, 6, 32, DType.Float16).ImportInto(backend);
    private readonly Weight _up = samples.Plain(256, Hidden, DType.BFloat16).ImportInto(backend);
    private readonly Weight _down = samples.Quantized(Hidden, 256, 8, 128, DType.Float32).ImportInto(backend);
    private readonly Tensor _norm = backend.Import(samples.Tensor(samples.Floats(Hidden), DType.BFloat16, new Shape(Hidden)));
    private readonly RopeSpec _rope = RopeSpec.Plain(32, 10000);
    private readonly StepLayout _layout = new();
    private readonly KvCache[] _caches = [cache];
    private readonly TokenDraw?[] _draws = [new TokenDraw(new TokenFilters(0.7f, 20, 0.9, 0.01), 0.4)];

    public void Decode()
    {
        using var scope = backend.BeginScope();
        var logits = Logits(backend.Embed([cache.Length % 100], _embedding));
        Assert.False(float.IsNaN(backend.View(backend.Slice(logits, 0, 1))[0]));
        Assert.True(backend.ViewIds(backend.Choose(logits, _draws))[0] != TokenChooser.None);
    }

    /// <summary>A step that is begun with the token of the one before it, which it disposes when it has looked at it.</summary>
    /// <param name="before">Null for the first.</param>
    public KeptTensor DecodeBehind(KeptTensor? before)
    {
        using var scope = backend.BeginScope();
        var embedded = before is null ? backend.Embed([0], _embedding) : backend.Embed(before.Value, _embedding);
        var begun = backend.Begin(backend.Choose(Logits(embedded), _draws));
        if (before is not null)
        {
            Assert.NotEqual(TokenChooser.None, backend.ViewIds(before.Value)[0]);
            before.Dispose();
        }
        return begun;
    }

    private Tensor Logits(Tensor embedded)
    {
        var position = cache.Length;
        _layout.Clear();
        _layout.Add(1, position);
        var x = backend.Scale(embedded, 2);
        var normed = backend.RmsNorm(x, _norm, 1e-6f, 1);
        var table = backend.RopeTable([position], 1, _rope);
        var q = backend.Rope(backend.Reshape(backend.Linear(normed, _query), QueryHeads), table);
        var k = backend.Rope(backend.Reshape(backend.Linear(normed, _key), KeyHeads), table);
        var attended = backend.Attention(q, k, k, _caches, _layout, 0.2f, window: 40);
        x = backend.Add(x, backend.Reshape(attended, Row));
        var up = backend.Linear(x, _up);
        x = backend.Linear(backend.GatedActivation(up, up, Activation.GeluTanh), _down);
        return backend.Linear(x, _embedding);
    }
}
