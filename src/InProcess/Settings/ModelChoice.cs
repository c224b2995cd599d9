using System.Collections.Immutable;
using MlxActors.Models;
using MlxActors.Models.Hub;
using MlxActors.Native.Results;

namespace MlxActors.InProcess.Settings;

/// <summary>The model that is loaded at start.</summary>
/// <param name="Why">For the start-up text; null when the user named the model.</param>
/// <param name="Hint">How to get the model that would have been preferred; null when this is it.</param>
internal sealed record ModelChoice(ModelLocation Model, ModelCatalog Catalog, string? Why, string? Hint)
{
    /// <param name="asked">The user's choice: alias, repository id or folder; null when the user has none.</param>
    /// <param name="defaults">What to take then, the first that is there.</param>
    public static Result<ModelChoice, string> Make(ModelCatalog catalog, string? asked, ImmutableArray<string> defaults) =>
        asked is null ? FirstOf(catalog, defaults) : Named(catalog, asked);

    private static Result<ModelChoice, string> Named(ModelCatalog catalog, string asked)
    {
        var known = catalog.Resolve(asked);
        if (known is Result<ModelLocation, string>.Error && Directory.Exists(asked))
        {
            // A folder that the user names may from then on be named in requests too.
            var wider = catalog.WithFolder(asked);
            return wider.Resolve(wider.Folders[^1]).Bind(OfKnownFamily)
                .Map(model => new ModelChoice(model, wider, null, null))
                .MapError(reason => $"The model '{asked}' cannot be served: {reason}.");
        }
        return known
            .MapError(reason => $"The model '{asked}' was not found: {reason} `list` shows what is here, --help the commands.")
            .Bind(model => OfKnownFamily(model).MapError(reason => $"The model '{asked}' cannot be served: {reason}."))
            .Map(model => new ModelChoice(model, catalog, null, null));
    }

    // The rest of the checkpoint is the loader's to judge; this much can be said before the server listens.
    private static Result<ModelLocation, string> OfKnownFamily(ModelLocation model) =>
        ModelCard.Read(model.Directory).Family is not { } family || ModelLoader.KnownTypes.Contains(family)
            ? Result.Ok<ModelLocation, string>(model)
            : Result.Error<ModelLocation, string>($"its family is {family}, and this server knows {string.Join(", ", ModelLoader.KnownTypes)}");

    private static Result<ModelChoice, string> FirstOf(ModelCatalog catalog, ImmutableArray<string> names)
    {
        var found = names
            .Select((name, index) => catalog.Resolve(name).Map(model => new ModelChoice(
                model,
                catalog,
                index == 0 ? "the default" : $"{string.Join(", ", names[..index])} is not on this machine",
                index == 0 || catalog.RepositoryOf(names[0]) is null ? null : $"`pull {names[0]}` gets it")))
            .FirstOrDefault(choice => choice is Result<ModelChoice, string>.Ok);
        return found ?? Result.Error<ModelChoice, string>(
            $"None of the default models ({string.Join(", ", names)}) is on this machine. Name one with --model.");
    }
}
