using System.Collections.Immutable;
using Akka.Configuration;
using MlxActors.Actors.Hosting;
using MlxActors.Models;
using MlxActors.Models.Hub;
using MlxActors.Native.Results;

namespace MlxActors.InProcess.Settings;

/// <summary>The models that can be asked for: the section <c>mlxactors.models</c>.</summary>
/// <param name="Defaults">Names of models; the first that is on this machine is taken when none is named.</param>
internal sealed record CatalogSettings(ModelCatalog Catalog, ImmutableArray<string> Defaults)
{
    public static Result<CatalogSettings, string> Read(Config config, Surroundings surroundings)
    {
        try
        {
            var cache = HubCache.Locate(surroundings.Variable, surroundings.Home);
            return new CatalogSettings(
                ReadCatalog(config, cache, ShippedModels(surroundings.Binaries)), [.. config.GetStringList("mlxactors.models.default")]);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ConfigurationException)
        {
            return Result.Error<CatalogSettings, string>($"A value in the section mlxactors.models cannot be read: {e.Message}");
        }
    }

    private static ModelCatalog ReadCatalog(Config config, HubCache cache, string? shipped)
    {
        var aliases = config.GetConfig("mlxactors.models.aliases").AsEnumerable()
            .Select(entry => new ModelAlias(entry.Key, entry.Value.GetString()))
            .OrderBy(alias => alias.Name, StringComparer.Ordinal);
        var catalog = new ModelCatalog([.. aliases], shipped, cache, [])
        {
            // What is wrong with them, the actors say when they start.
            Windows = ContextWindowSettings.Read(config, []),
        };
        return config.GetStringList("mlxactors.models.folders").Aggregate(catalog, (known, folder) => known.WithFolder(folder));
    }

    // Beside the binaries when published; at the repository's root when built in it.
    private static string? ShippedModels(string binaries)
    {
        for (var folder = new DirectoryInfo(binaries); folder is not null; folder = folder.Parent)
        {
            var models = Path.Combine(folder.FullName, "models");
            if (Directory.Exists(models)
                && Directory.EnumerateDirectories(models).Any(model => File.Exists(Path.Combine(model, "config.json"))))
            {
                return models;
            }
        }
        return null;
    }
}
