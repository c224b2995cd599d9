using System.Runtime.InteropServices;

namespace MlxActors.Native.Mlx.Interop;

/// <summary><c>mlx/c/device.h</c>. What is known of a device.</summary>
internal static unsafe partial class MlxC
{
    [LibraryImport(Library)]
    internal static partial MlxDevice mlx_device_new_type(MlxDeviceType type, int index);

    [LibraryImport(Library)]
    internal static partial int mlx_device_free(MlxDevice dev);

    [LibraryImport(Library)]
    internal static partial MlxDeviceInfo mlx_device_info_new();

    [LibraryImport(Library)]
    internal static partial int mlx_device_info_get(MlxDeviceInfo* info, MlxDevice dev);

    [LibraryImport(Library)]
    internal static partial int mlx_device_info_free(MlxDeviceInfo info);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mlx_device_info_get_size(nuint* value, MlxDeviceInfo info, string key);
}
