using MlxActors.Generation;
using MlxActors.Models;
using MlxActors.Models.Text;
using MlxActors.Native.Results;

namespace MlxActors.Web.Engine;

/// <summary>A checkpoint's tokenizer, apart from its model.</summary>
/// <param name="ContextWindow">In tokens; null when the checkpoint does not say.</param>
internal sealed record ModelTokenizer(HuggingFaceTokenizer Tokenizer, int? ContextWindow);

/// <summary>
/// Tokenizers of the models on this machine. They are read apart from the models, so that a question of text makes none be loaded or
/// swapped; the last one is kept.
/// </summary>
internal sealed class Tokenizers(ModelCatalog catalog)
{
    private readonly Lock _lock = new();
    private (ModelLocation Location, ModelTokenizer Tokenizer)? _last;

    /// <param name="model">Alias, repository id or folder.</param>
    public Result<ModelTokenizer, GenerationError> Find(string model) => catalog.Resolve(model)
        .MapError<GenerationError>(reason => new GenerationError.ModelNotFound(model, reason))
        .Bind(location => Load(location).MapError<GenerationError>(error => new GenerationError.LoadFailed(model, error.Message)));

    private Result<ModelTokenizer, LoadError> Load(ModelLocation location)
    {
        lock (_lock)
        {
            if (_last is { } last && last.Location == location)
            {
                return last.Tokenizer;
            }
            return HuggingFaceTokenizer.Load(Path.Combine(location.Directory, HuggingFaceTokenizer.FileName)).Map(tokenizer =>
            {
                var loaded = new ModelTokenizer(tokenizer, catalog.Describe(location).Card.ContextWindow);
                _last = (location, loaded);
                return loaded;
            });
        }
    }
}
