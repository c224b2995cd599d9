using MlxActors.Native.Results;
using MlxActors.Native.Tensors;

namespace MlxActors.Models;

/// <summary>A checkpoint in memory: its forward pass, its text side, and the backend that owns the numbers.</summary>
public sealed record LoadedModel(IModel Model, IProcessor Processor, IBackend Backend) : IDisposable
{
    public ModelInfo Info => Model.Info;

    public void Dispose()
    {
        Model.Dispose();
        Backend.Dispose();
    }
}

/// <summary>Why a checkpoint could not be loaded.</summary>
/// <param name="Message">For people; begins with the file at fault.</param>
/// <param name="File">The file at fault, relative to the checkpoint's folder; null when it is the folder.</param>
public sealed record LoadError(string Message, string? File);

/// <summary>
/// Loads the checkpoint in a folder. Called on the engine's thread. When cancelled, throws <see cref="OperationCanceledException"/> and
/// leaves nothing behind.
/// </summary>
/// <param name="progress">Told how much is done, from 0 to 1.</param>
public delegate Result<LoadedModel, LoadError> LoadModel(string directory, IProgress<double> progress, CancellationToken cancellationToken);
