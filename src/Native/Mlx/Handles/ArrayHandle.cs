using System.Runtime.InteropServices;
using MlxActors.Native.Mlx.Interop;

namespace MlxActors.Native.Mlx.Handles;

/// <summary>Owns a reference to an array that outlives the scope it was made in: a weight, a kept tensor, keys and values.</summary>
internal sealed unsafe class ArrayHandle : SafeHandle
{
    private ArrayHandle(nint context)
        : base(0, ownsHandle: true) => SetHandle(context);

    public override bool IsInvalid => handle == 0;

    /// <exception cref="ObjectDisposedException">It was given back.</exception>
    public MlxArray Array => IsClosed ? throw new ObjectDisposedException(nameof(ArrayHandle)) : new MlxArray(handle);

    /// <summary>Takes a reference over.</summary>
    public static ArrayHandle Own(MlxArray array) => new(array.Context);

    /// <summary>Another reference to the same array.</summary>
    public static ArrayHandle Share(MlxArray array)
    {
        MlxArray copy = default;
        MlxErrors.Check(MlxC.mlx_array_set(&copy, array), nameof(MlxC.mlx_array_set), array);
        return Own(copy);
    }

    protected override bool ReleaseHandle() => MlxC.mlx_array_free(new MlxArray(handle)) == 0;
}
