using MlxActors.Native.Results;

namespace MlxActors.Native.Checkpoints;

/// <summary>
/// The tensors of a checkpoint directory, mapped into memory: one <c>model.safetensors</c>, or shards that
/// <c>model.safetensors.index.json</c> lists. Nothing outside the directory is opened. Dispose when no tensor is in use any more.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    public const string SingleFileName = "model.safetensors";

    /// <summary>Bytes that are read between two looks at the cancellation.</summary>
    private const int Piece = 8 << 20;

    private readonly IReadOnlyList<MappedFile> _files;

    private Checkpoint(string directory, IReadOnlyList<MappedFile> files, IReadOnlyDictionary<string, CheckpointTensor> tensors)
    {
        Directory = directory;
        _files = files;
        Tensors = tensors;
    }

    public string Directory { get; }

    /// <summary>The file that an error about the whole of the weights names.</summary>
    public string MainFile => _files.Count == 1 ? Path.GetFileName(_files[0].Path) : ShardIndex.FileName;

    /// <summary>All tensors by their names in the files.</summary>
    public IReadOnlyDictionary<string, CheckpointTensor> Tensors { get; }

    /// <summary>Bytes of all files.</summary>
    public long Length => _files.Sum(file => file.Length);

    /// <summary>Maps the files of a checkpoint and reads their headers; the data stays unread.</summary>
    public static Result<Checkpoint, CheckpointError> Open(string directory)
    {
        var files = new List<MappedFile>();
        try
        {
            var tensors = File.Exists(Path.Combine(directory, SingleFileName))
                ? TensorsOf(directory, [SingleFileName], files)
                : TensorsOfShards(directory, files);
            return new Checkpoint(directory, files, tensors);
        }
        catch (CheckpointException exception)
        {
            files.ForEach(file => file.Dispose());
            return exception.Error;
        }
    }

    /// <summary>
    /// Brings the data from the disk into memory, so that loading takes the time of the disk and the first request does not. Takes nothing
    /// that the system could not take back.
    /// </summary>
    /// <param name="progress">Told the fraction of all bytes that has been read, up to 1.</param>
    /// <exception cref="OperationCanceledException">Between two pieces.</exception>
    public void ReadIn(IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var (done, all) = (0L, Length);
        foreach (var file in _files)
        {
            for (var offset = 0L; offset < file.Length; offset += Piece)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var length = (int)Math.Min(Piece, file.Length - offset);
                file.Touch(offset, length);
                done += length;
                progress?.Report((double)done / all);
            }
        }
    }

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    private static Dictionary<string, CheckpointTensor> TensorsOfShards(string directory, List<MappedFile> files)
    {
        if (!File.Exists(Path.Combine(directory, ShardIndex.FileName)))
        {
            throw new CheckpointException(SingleFileName, null, $"this file, or {ShardIndex.FileName}", "neither");
        }
        var index = ShardIndex.Read(directory);
        var tensors = TensorsOf(directory, index.Files, files);
        foreach (var (tensor, file) in index.FileOfTensor)
        {
            var holder = tensors.TryGetValue(tensor, out var found) ? Path.GetFileName(found.File.Path) : null;
            if (holder != file)
            {
                throw new CheckpointException(
                    ShardIndex.FileName, tensor, $"the tensor in {file}", holder is null ? "it in no file" : $"it in {holder}");
            }
        }
        return tensors;
    }

    private static Dictionary<string, CheckpointTensor> TensorsOf(string directory, IReadOnlyList<string> names, List<MappedFile> files)
    {
        var tensors = new Dictionary<string, CheckpointTensor>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var file = Map(directory, name);
            files.Add(file);
            foreach (var tensor in SafetensorsHeader.Read(file))
            {
                if (!tensors.TryAdd(tensor.Name, tensor))
                {
                    var other = Path.GetFileName(tensors[tensor.Name].File.Path);
                    throw new CheckpointException(name, tensor.Name, "each tensor in one file", $"it in {other} too");
                }
            }
        }
        return tensors;
    }

    private static MappedFile Map(string directory, string name)
    {
        try
        {
            return MappedFile.Open(Path.Combine(directory, name));
        }
        catch (FileNotFoundException exception)
        {
            throw new CheckpointException(name, null, "a file", "no such file", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(name, null, "a readable file that is not empty", exception.Message, exception);
        }
    }
}
