using MlxActors.Native.Mlx.Interop;

namespace MlxActors.Native.Mlx;

/// <summary>What of the machine's memory MLX may take; a null leaves a limit as MLX has it.</summary>
/// <param name="Wired">Bytes that stay resident for the GPU, at most what the system recommends.</param>
/// <param name="Cache">Bytes of freed buffers that are kept to be used again.</param>
/// <param name="Total">Bytes beyond which MLX waits for work to finish before it takes more.</param>
public sealed record MlxLimits(long? Wired, long? Cache, long? Total)
{
    /// <summary>As many bytes as the system recommends.</summary>
    public const long AsRecommended = long.MaxValue;

    public static MlxLimits None { get; } = new(null, null, null);
}

/// <summary>MLX's counters and limits, which are the process's.</summary>
internal static unsafe class MlxMemory
{
    private const string RecommendedWorkingSet = "max_recommended_working_set_size";

    /// <summary>Bytes that arrays hold.</summary>
    public static long Active
    {
        get
        {
            nuint bytes;
            MlxErrors.Check(MlxC.mlx_get_active_memory(&bytes), nameof(MlxC.mlx_get_active_memory));
            return checked((long)bytes);
        }
    }

    /// <summary>Bytes of freed buffers that wait to be used again.</summary>
    public static long Cached
    {
        get
        {
            nuint bytes;
            MlxErrors.Check(MlxC.mlx_get_cache_memory(&bytes), nameof(MlxC.mlx_get_cache_memory));
            return checked((long)bytes);
        }
    }

    public static void Limit(MlxLimits limits, bool hasGpu)
    {
        nuint before;
        if (limits.Total is { } total)
        {
            MlxErrors.Check(MlxC.mlx_set_memory_limit(&before, (nuint)total), nameof(MlxC.mlx_set_memory_limit));
        }
        if (limits.Cache is { } cache)
        {
            MlxErrors.Check(MlxC.mlx_set_cache_limit(&before, (nuint)cache), nameof(MlxC.mlx_set_cache_limit));
        }
        if (limits.Wired is { } wired && hasGpu)
        {
            var bytes = Math.Min((ulong)wired, RecommendedBytes());
            MlxErrors.Check(MlxC.mlx_set_wired_limit(&before, (nuint)bytes), nameof(MlxC.mlx_set_wired_limit));
        }
    }

    /// <summary>Gives freed buffers back to the system.</summary>
    public static void ClearCache() => MlxErrors.Check(MlxC.mlx_clear_cache(), nameof(MlxC.mlx_clear_cache));

    private static ulong RecommendedBytes()
    {
        var device = MlxC.mlx_device_new_type(MlxDeviceType.Gpu, 0);
        var info = MlxC.mlx_device_info_new();
        try
        {
            nuint bytes;
            MlxErrors.Check(MlxC.mlx_device_info_get(&info, device), nameof(MlxC.mlx_device_info_get));
            MlxErrors.Check(
                MlxC.mlx_device_info_get_size(&bytes, info, RecommendedWorkingSet), nameof(MlxC.mlx_device_info_get_size));
            return bytes;
        }
        finally
        {
            _ = MlxC.mlx_device_info_free(info);
            _ = MlxC.mlx_device_free(device);
        }
    }
}
