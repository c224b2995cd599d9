using MlxActors.Native.Checkpoints;
using MlxActors.Native.Tensors.Choosing;

namespace MlxActors.Native.Tensors;

/// <summary>The non-linear functions of the models.</summary>
public enum Activation
{
    /// <summary>0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
    GeluTanh,

    /// <summary>x Φ(x), by the error function.</summary>
    Gelu,

    /// <summary>x σ(x).</summary>
    Silu,

    /// <summary>tanh x.</summary>
    Tanh,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>σ(x) = 1 / (1 + e^(−x)).</summary>
    Sigmoid,
}

/// <summary>Rotary position embedding: which frequencies, and which axis of the position drives each.</summary>
/// <param name="InverseFrequencies"><c>[D/2]</c> radians a position; scaling of positions is folded in.</param>
/// <param name="AxisOfFrequency">Empty: axis 0 drives all; otherwise <c>[D/2]</c> axis indices (multimodal positions).</param>
public sealed record RopeSpec(ReadOnlyMemory<float> InverseFrequencies, ReadOnlyMemory<int> AxisOfFrequency)
{
    /// <summary>The usual frequencies <c>theta^(−2i/D)</c>, divided by <paramref name="factor"/> (linear scaling).</summary>
    public static RopeSpec Plain(int headDim, double theta, double factor = 1)
    {
        var frequencies = new float[headDim / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] = (float)(1 / Math.Pow(theta, 2.0 * i / headDim) / factor);
        }
        return new RopeSpec(frequencies, ReadOnlyMemory<int>.Empty);
    }
}

/// <summary>
/// All that a model may ask of the machine it computes on. Shapes: <c>R</c> rows of a step (all sequences one behind the other), <c>H</c> heads,
/// <c>Hkv</c> key/value heads, <c>D</c> head dimension, <c>K</c>/<c>N</c> in/out features, <c>V</c> vocabulary. Activations are Float32.
/// Every call comes from one thread. The result of a row does not depend on the other rows of the call: to the bit on the processor, to
/// Float32's rounding on MLX, which has other kernels for other numbers of rows.
/// Operands that do not fit throw <see cref="TensorException"/>.
/// </summary>
public interface IBackend : IDisposable
{
    /// <summary>One line for people: engine, instruction set, threads, mode.</summary>
    string Description { get; }

    /// <summary>
    /// Whether it computes while the host goes on, so that a step should be begun before the tokens of the last one have been looked at.
    /// </summary>
    bool ComputesAside { get; }

    // Lifetimes

    /// <summary>Begins a scope; temporaries made from here on are freed when it is disposed.</summary>
    TensorScope BeginScope();

    /// <summary>Called by <see cref="TensorScope"/>.</summary>
    void EndScope(long mark);

    /// <summary>Called by <see cref="TensorScope"/>.</summary>
    Tensor KeepOnly(long mark, Tensor tensor);

    /// <summary>Copies a tensor into memory of its own that outlives the scope.</summary>
    KeptTensor Keep(Tensor tensor);

    /// <summary>A tensor of the checkpoint, in place where the backend can; valid as long as the checkpoint is open.</summary>
    Tensor Import(CheckpointTensor tensor);

    /// <summary>
    /// Brings what was imported to where it is computed with, so that loading takes the time and the first step does not.
    /// </summary>
    /// <exception cref="OperationCanceledException">Between two tensors.</exception>
    void Settle(CancellationToken cancellationToken);

    /// <summary>A Float32 temporary of these numbers.</summary>
    Tensor FromFloats(ReadOnlySpan<float> values, Shape shape);

    /// <summary>Any float tensor as Float32; itself when it is that already.</summary>
    Tensor ToFloat32(Tensor tensor);

    /// <summary>Evaluates a Float32 tensor and shows its numbers, until its scope ends.</summary>
    ReadOnlySpan<float> View(Tensor tensor);

    /// <summary>Evaluates an Int32 tensor and shows its numbers, until its scope ends or, of a kept one, until it is disposed.</summary>
    ReadOnlySpan<int> ViewIds(Tensor ids);

    /// <summary>
    /// Begins to compute a tensor, together with what the step has put into caches, and holds it beyond the scope; who looks at it waits
    /// for it. An error of computing may come as late as that. Where nothing is computed aside, it has been computed.
    /// </summary>
    KeptTensor Begin(Tensor tensor);

    // Shapes

    /// <summary>The same numbers under another shape; no copy.</summary>
    Tensor Reshape(Tensor tensor, Shape shape);

    /// <summary>Rows <c>[first, first + count)</c> along the outermost axis; no copy.</summary>
    Tensor Slice(Tensor tensor, int first, int count);

    /// <summary>The rows named, in that order: <c>[R, …] → [rows, …]</c>.</summary>
    Tensor Gather(Tensor tensor, ReadOnlySpan<int> rows);

    /// <summary>A tensor like <paramref name="tensor"/> <c>[R, …]</c> with the rows from <paramref name="first"/> on replaced; may write in place.</summary>
    Tensor ReplaceRows(Tensor tensor, int first, Tensor rows);

    /// <summary>
    /// A tensor like <paramref name="tensor"/> <c>[R, K]</c> with those rows taken from <paramref name="rows"/> <c>[R, K]</c> whose id
    /// (Int32 <c>[R]</c>) is in <c>[firstId, firstId + count)</c>.
    /// </summary>
    Tensor ReplaceRows(Tensor tensor, Tensor ids, int firstId, int count, Tensor rows);

    // Linear algebra

    /// <summary><c>x [R, K] · wᵀ (+ bias [N]) → [R, N]</c>, for plain and quantized weights.</summary>
    Tensor Linear(Tensor x, Weight weight, Tensor? bias = null);

    /// <summary><c>x [R, K] · w [K, N] → [R, N]</c> for a plain matrix stored in-features first.</summary>
    Tensor MatMul(Tensor x, Tensor w);

    /// <summary>Rows of an embedding table <c>[V, K]</c>, plain or quantized: <c>[ids, K]</c>.</summary>
    Tensor Embed(ReadOnlySpan<int> ids, Weight table);

    /// <summary>
    /// The same for ids that nobody has looked at yet: Int32 <c>[R]</c>, where the table's first row is that of <paramref name="firstId"/>.
    /// Ids that it lacks get its first row.
    /// </summary>
    Tensor Embed(Tensor ids, Weight table, int firstId = 0);

    // Normalization and elementwise

    /// <summary><c>x · rsqrt(mean(x²) + eps) · (weight + weightOffset)</c> over the innermost axis; Gemma's offset is 1.</summary>
    Tensor RmsNorm(Tensor x, Tensor weight, float eps, float weightOffset = 0);

    /// <summary><c>(x − mean) · rsqrt(var + eps) · weight + bias</c> over the innermost axis.</summary>
    Tensor LayerNorm(Tensor x, Tensor weight, Tensor bias, float eps);

    /// <summary>Elementwise sum; <paramref name="b"/> has the shape of <paramref name="a"/> or of its inner axes, and is then repeated.</summary>
    Tensor Add(Tensor a, Tensor b);

    /// <summary>Elementwise product, with the repetition of <see cref="Add"/>.</summary>
    Tensor Multiply(Tensor a, Tensor b);

    Tensor Scale(Tensor x, float factor);

    Tensor Activate(Tensor x, Activation activation);

    /// <summary><c>activation(gate) · up</c>.</summary>
    Tensor GatedActivation(Tensor gate, Tensor up, Activation activation);

    /// <summary>Average over <c>kernel × kernel</c> squares: <c>[side, side, C] → [side/kernel, side/kernel, C]</c>.</summary>
    Tensor AveragePool(Tensor x, int kernel);

    // Convolutions

    /// <summary>
    /// Every output channel over a window of all input channels: <c>x [H, W, C], weight [N, kh, kw, C] → [H', W', N]</c>, plus
    /// <paramref name="bias"/> <c>[N]</c>.
    /// </summary>
    Tensor Convolution(Tensor x, Tensor weight, Tensor? bias, ConvolutionGeometry geometry);

    /// <summary>Every channel over a window of its own: <c>x [H, W, C], weight [C, kh, kw, 1] → [H', W', C]</c>.</summary>
    Tensor DepthwiseConvolution(Tensor x, Tensor weight, ConvolutionGeometry geometry);

    /// <summary>Rows side by side: <c>[…, A], […, B] → […, A + B]</c>.</summary>
    Tensor Concatenate(Tensor a, Tensor b);

    // Audio

    /// <summary>
    /// Normalizes each step of <c>x [T, …, C]</c> by the steps up to it, as one group of <c>n(t)</c> numbers:
    /// <c>mean(t) = Σ x(s) / n(t)</c>, <c>var(t) = Σ (x(s) − mean(s))² / n(t)</c> over <c>s ≤ t</c>, where each step is measured from the mean
    /// at that step; then <c>(x − mean) · rsqrt(var + eps) · weight [C]</c>.
    /// </summary>
    Tensor CumulativeNorm(Tensor x, Tensor weight, float eps);

    /// <summary>
    /// Attention of each row to its neighbours, with an embedding of their distance: <c>q, k, v [R, H, D] → [R, H, D]</c>. Row <c>i</c>
    /// sees the keys <c>j = i − before + s</c> for <c>s</c> in <c>[0, S)</c>, as far as they are in <c>[0, keys)</c>, under the logits
    /// <c>softcap · tanh(q(i) · (k(j) + positions(s)) / softcap)</c>; scaling is the caller's. Rows that see nothing become zero.
    /// </summary>
    /// <param name="positions"><c>[S, H, D]</c>, from the key farthest back on; <c>S</c> is above <paramref name="before"/>.</param>
    /// <param name="before">Rows that a row looks back.</param>
    /// <param name="keys">The first rows, which are real; those behind them are padding that no row sees.</param>
    Tensor LocalAttention(Tensor q, Tensor k, Tensor v, Tensor positions, int before, int keys, float softcap);

    // Positions and attention

    /// <summary>
    /// Cosines and sines for <see cref="Rope"/>: one row a token. <paramref name="positions"/> is <c>[axes · R]</c>, axis after axis.
    /// </summary>
    Tensor RopeTable(ReadOnlySpan<int> positions, int axes, RopeSpec spec);

    /// <summary>Rotates the two halves of each head (<c>rotate_half</c>): <c>x [R, H, D]</c> by the table's row.</summary>
    Tensor Rope(Tensor x, Tensor table);

    KvCache NewKvCache(KvCacheSpec spec);

    /// <summary>
    /// Appends <paramref name="k"/>, <paramref name="v"/> <c>[R, Hkv, D]</c> to each sequence's cache, then attends:
    /// <c>q [R, H, D] → [R, H, D]</c>, softmax in Float32. With null keys and values the caches are read as they are
    /// (layers that share another layer's cache).
    /// </summary>
    /// <param name="caches">One a sequence of <paramref name="layout"/>, in its order.</param>
    /// <param name="window">Keys at or before <c>position − window</c> are hidden.</param>
    Tensor Attention(
        Tensor q, Tensor? k, Tensor? v, ReadOnlySpan<KvCache> caches, StepLayout layout, float scale, int? window);

    /// <summary>
    /// Attention in both directions without caches, within segments: <c>q, k, v [R, H, D] → [R, H, D]</c>.
    /// </summary>
    /// <param name="segmentEnds">Ends (exclusive) of consecutive segments of rows; the last is R.</param>
    Tensor SelfAttention(Tensor q, Tensor k, Tensor v, ReadOnlySpan<int> segmentEnds, float scale);

    /// <summary>
    /// Attention of every query to every key, of which there may be another number, above 0:
    /// <c>q [R, H, D], k, v [S, Hkv, D] → [R, H, D]</c>.
    /// </summary>
    Tensor CrossAttention(Tensor q, Tensor k, Tensor v, float scale);

    // Choosing tokens

    /// <summary>
    /// One token for each row of logits: <c>[R, V] → [R]</c> Int32. Without a draw the most likely one, of equal ones the first; with one,
    /// what <see cref="TokenChooser"/> chooses, to the rounding of the backend. A row depends on its logits and its draw alone. It is
    /// <see cref="TokenChooser.None"/> where the largest logit is not finite, or one is not a number.
    /// </summary>
    /// <param name="draws">One a row; null for the most likely token.</param>
    Tensor Choose(Tensor logits, ReadOnlySpan<TokenDraw?> draws);

    // Planes

    /// <summary>Columns <c>[first, first + count)</c> of the innermost axis.</summary>
    Tensor Columns(Tensor x, int first, int count);

    /// <summary>
    /// Sums of planes, each row by its own factors: <c>planes [P, R, K], factors [R, Q · P] → [Q, R, K]</c>, where plane q of row r is
    /// <c>Σ factors[r, q · P + p] · planes[p, r]</c>.
    /// </summary>
    Tensor MixPlanes(Tensor planes, Tensor factors);

    /// <summary>Adds <c>factors[r, p] · x[r]</c> to plane p of row r: <c>planes [P, R, K], x [R, K], factors [R, P] → [P, R, K]</c>.</summary>
    Tensor AddToPlanes(Tensor planes, Tensor x, Tensor factors);

    /// <summary>
    /// Rows of <paramref name="x"/> brought to the root mean square of those of <paramref name="like"/>:
    /// <c>x · rms(like) / sqrt(max(mean(x²), floor))</c> over the innermost axis.
    /// </summary>
    Tensor MatchRms(Tensor x, Tensor like, float floor);

    /// <summary>
    /// What stands out of each row: <c>max(x − mean − deviations · std, 0)</c>, mean and standard deviation (of the population) over the
    /// innermost axis.
    /// </summary>
    Tensor Outliers(Tensor x, float deviations);
}
