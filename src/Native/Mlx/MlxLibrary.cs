using System.Reflection;
using System.Runtime.InteropServices;
using MlxActors.Native.Mlx.Interop;
using MlxActors.Native.Results;

namespace MlxActors.Native.Mlx;

/// <summary>The MLX of this machine: mlx-c, found, loaded and looked at. A process loads one, once.</summary>
/// <param name="Path">The file.</param>
/// <param name="Version">Of MLX.</param>
/// <param name="HasGpu">Whether it computes on an Apple GPU; otherwise on the processor.</param>
public sealed record MlxLibrary(string Path, Version Version, bool HasGpu)
{
    /// <summary>The variable that names the file.</summary>
    public const string Variable = "MLXC_LIBRARY";

    // mlx-c changes the parameters of functions from one MLX to the next, so that any other would be called wrongly.
    private const int Major = 0;
    private const int Minor = 31;

    private static readonly string[] HomebrewPaths =
        ["/opt/homebrew/lib/libmlxc.dylib", "/opt/homebrew/opt/mlx-c/lib/libmlxc.dylib"];

    private static readonly Lock Loading = new();
    private static Result<MlxLibrary, string>? _found;
    private static nint _handle;

    static MlxLibrary() =>
        NativeLibrary.SetDllImportResolver(typeof(MlxC).Assembly, (name, _, _) => name == MlxC.Library ? _handle : 0);

    /// <summary>
    /// Loads the library that <see cref="Variable"/> names, or Homebrew's. What was loaded first holds for the process.
    /// </summary>
    /// <param name="named">The value of <see cref="Variable"/>; empty where it is not set.</param>
    /// <returns>Why there is none, in a sentence for people, as the error.</returns>
    public static Result<MlxLibrary, string> Find(string? named)
    {
        lock (Loading)
        {
            return PathOf(named).Bind(path => _found ?? Load(path));
        }
    }

    internal static bool IsLoaded => _handle != 0;

    private static Result<string, string> PathOf(string? named)
    {
        if (!string.IsNullOrEmpty(named))
        {
            return File.Exists(named)
                ? Result.Ok<string, string>(named)
                : Result.Error<string, string>($"{Variable} names {named}, which is no file");
        }
        if (!OperatingSystem.IsMacOS() || RuntimeInformation.ProcessArchitecture != Architecture.Arm64)
        {
            return Result.Error<string, string>($"this is no Mac with Apple silicon, and {Variable} names no library");
        }
        return HomebrewPaths.FirstOrDefault(File.Exists) is { } path
            ? Result.Ok<string, string>(path)
            : Result.Error<string, string>($"no {HomebrewPaths[0]} (brew install mlx-c), and {Variable} names no other");
    }

    /// <summary>Loads a file, unless it is not what the bindings were written for; then it is let go again.</summary>
    internal static Result<MlxLibrary, string> Load(string path)
    {
        nint handle;
        try
        {
            handle = NativeLibrary.Load(path);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            return Result.Error<MlxLibrary, string>($"{path} cannot be loaded: {exception.Message}");
        }
        if (MissingFunction(handle) is { } missing)
        {
            NativeLibrary.Free(handle);
            return Result.Error<MlxLibrary, string>($"{path} has no {missing}: it is no mlx-c 0.6, which MLX {Major}.{Minor} comes with");
        }
        _handle = handle;
        MlxErrors.Install();
        _found = Look(path);
        return _found;
    }

    /// <summary>A function that the bindings name and the library lacks.</summary>
    private static string? MissingFunction(nint handle) => typeof(MlxC)
        .GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .Select(method => method.Name)
        .FirstOrDefault(name => name.StartsWith("mlx_", StringComparison.Ordinal) && !NativeLibrary.TryGetExport(handle, name, out _));

    private static unsafe Result<MlxLibrary, string> Look(string path)
    {
        var text = MlxC.mlx_string_new();
        MlxErrors.Check(MlxC.mlx_version(&text), nameof(MlxC.mlx_version));
        var found = Marshal.PtrToStringUTF8((nint)MlxC.mlx_string_data(text));
        MlxErrors.Check(MlxC.mlx_string_free(text), nameof(MlxC.mlx_string_free));
        if (!Version.TryParse(found, out var version) || version.Major != Major || version.Minor != Minor)
        {
            return Result.Error<MlxLibrary, string>($"{path} is of MLX {found}; this server works with MLX {Major}.{Minor} (mlx-c 0.6)");
        }
        byte hasMetal;
        MlxErrors.Check(MlxC.mlx_metal_is_available(&hasMetal), nameof(MlxC.mlx_metal_is_available));
        return Result.Ok<MlxLibrary, string>(new MlxLibrary(path, version, hasMetal != 0));
    }
}
