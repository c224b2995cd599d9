using MlxActors.Models.Synthesis;
using MlxActors.Native.Results;
using MlxActors.Web.Hub;

namespace MlxActors.Web.Cli.Bench;

/// <summary>Where synthetic checkpoints lie between two runs: one folder each, with all that it should hold or not there at all.</summary>
internal sealed class ShapeFolder(string root, Desk desk)
{
    private const string Variable = "XDG_CACHE_HOME";

    /// <summary>In the user's cache folder.</summary>
    public static string DefaultRoot(Surroundings surroundings) => Path.Combine(
        surroundings.Variable(Variable) is { Length: > 0 } cache ? cache : Path.Combine(surroundings.Home, ".cache"),
        "mlxactors",
        "shapes");

    /// <summary>The folder of a checkpoint, which is written when it is not there yet.</summary>
    /// <exception cref="OperationCanceledException">Nothing is left of what was written.</exception>
    public async Task<Result<string, string>> ProvideAsync(
        string shape, SyntheticCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(root, shape);
        if (IsThere(folder, checkpoint))
        {
            return Result.Ok<string, string>(folder);
        }
        try
        {
            Directory.CreateDirectory(root);
            if (desk.Download.FreeBytes(root) is var free && free < checkpoint.Bytes)
            {
                return Result.Error<string, string>($"{shape} needs {ByteText.Of(checkpoint.Bytes)} in {root}, which has "
                    + $"{ByteText.Of(free)} free. Choose another folder with --cache-folder.");
            }
            await desk.Error.WriteLineAsync(
                $"Writing random weights in the shape of {shape}, {ByteText.Of(checkpoint.Bytes)}, to {folder}; "
                + "the next time they are there.");
            Write(folder, checkpoint, cancellationToken);
            return Result.Ok<string, string>(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Result.Error<string, string>($"{shape} cannot be written: {e.Message}");
        }
    }

    // Under another name until all of it is there: the name is what tells that it is whole.
    private static void Write(string folder, SyntheticCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var unfinished = $"{folder}.{Environment.ProcessId}.incomplete";
        try
        {
            checkpoint.Write(unfinished, cancellationToken);
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
            Directory.Move(unfinished, folder);
        }
        finally
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }
    }

    // Another version of this program may have written another.
    private static bool IsThere(string folder, SyntheticCheckpoint checkpoint) =>
        Path.Combine(folder, SyntheticCheckpoint.ConfigFile) is var config && File.Exists(config)
        && File.ReadAllText(config) == checkpoint.Config;
}
