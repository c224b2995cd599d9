using MlxActors.Generation;

namespace MlxActors.InProcess;

/// <summary>A request got no answer, or no whole one.</summary>
/// <param name="error">Why; its message is the exception's.</param>
public sealed class MlxEngineException(GenerationError error) : Exception(error.Message)
{
    public GenerationError Error { get; } = error;
}
