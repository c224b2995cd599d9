using MlxActors.Native.Tensors;

namespace MlxActors.Golden.Models;

/// <summary>Fast mode, which rounds activations to 8 bits, against the same fixtures within a measured bound.</summary>
public sealed class Gemma3FastTests : IDisposable
{
    /// <summary>Largest root-mean-square error of a row of logits, relative to the row's spread; measured, with room for other instruction sets.</summary>
    private const double LogitsBound = 0.05;

    private readonly IBackend _backend = Backends.Fast();

    public static TheoryData<string?> TextCases => Goldens.Rows(Gemma3Case.Paths.Where(path => !Gemma3Case.Read(path).Ids.IsEmpty));

    public static TheoryData<string?> GreedyCases => Gemma3GoldenTests.GreedyCases;

    public void Dispose() => _backend.Dispose();
}
