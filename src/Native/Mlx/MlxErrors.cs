using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MlxActors.Native.Mlx.Interop;

namespace MlxActors.Native.Mlx;

/// <summary>
/// Turns errors of the library into exceptions. Its own handler would end the process, so ours is installed before any other call; it
/// is called on the thread of the failing call, before that returns.
/// </summary>
internal static unsafe class MlxErrors
{
    private const string Unexplained = "no reason given";

    [ThreadStatic]
    private static string? _message;

    public static void Install() => MlxC.mlx_set_error_handler(&Remember, null, null);

    /// <exception cref="MlxException">The call did not return 0.</exception>
    public static void Check(int code, string operation, params ReadOnlySpan<MlxArray> operands)
    {
        if (code != 0)
        {
            throw Take(operation, operands);
        }
    }

    /// <summary>For constructors, which say by a null that they failed.</summary>
    /// <exception cref="MlxException">The reference is null.</exception>
    public static nint NotNull(nint context, string operation) => context != 0 ? context : throw Take(operation, []);

    private static MlxException Take(string operation, ReadOnlySpan<MlxArray> operands)
    {
        var message = _message ?? Unexplained;
        _message = null;
        return new MlxException(operation, Describe(operands), message);
    }

    private static string Describe(ReadOnlySpan<MlxArray> operands)
    {
        var shapes = new List<string>(operands.Length);
        foreach (var operand in operands)
        {
            if (operand.Context != 0)
            {
                var shape = new ReadOnlySpan<int>(MlxC.mlx_array_shape(operand), (int)MlxC.mlx_array_ndim(operand));
                shapes.Add($"{MlxC.mlx_array_dtype(operand)}({string.Join(", ", shape.ToArray())})");
            }
        }
        return shapes.Count == 0 ? "" : $"({string.Join(", ", shapes)})";
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Remember(byte* message, void* data) => _message = Marshal.PtrToStringUTF8((nint)message);
}
