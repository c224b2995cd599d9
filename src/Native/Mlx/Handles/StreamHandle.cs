using System.Runtime.InteropServices;
using MlxActors.Native.Mlx.Interop;

namespace MlxActors.Native.Mlx.Handles;

/// <summary>Owns a stream. A GPU's belongs to the thread that made it.</summary>
internal sealed class StreamHandle : SafeHandle
{
    private StreamHandle(nint context)
        : base(0, ownsHandle: true) => SetHandle(context);

    public override bool IsInvalid => handle == 0;

    /// <exception cref="ObjectDisposedException">It was given back.</exception>
    public MlxStream Stream => IsClosed ? throw new ObjectDisposedException(nameof(StreamHandle)) : new MlxStream(handle);

    /// <summary>The stream of the calling thread.</summary>
    public static StreamHandle OfThisThread(bool onGpu) => new(onGpu
        ? MlxErrors.NotNull(MlxC.mlx_default_gpu_stream_new().Context, nameof(MlxC.mlx_default_gpu_stream_new))
        : MlxErrors.NotNull(MlxC.mlx_default_cpu_stream_new().Context, nameof(MlxC.mlx_default_cpu_stream_new)));

    protected override bool ReleaseHandle() => MlxC.mlx_stream_free(new MlxStream(handle)) == 0;
}
