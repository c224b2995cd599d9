using System.Collections.Immutable;
using Akka.Configuration;
using MlxActors.Http.Hosting;
using MlxActors.Models;
using MlxActors.Native.Results;
using MlxActors.Web.OpenAi;

namespace MlxActors.Web.Hosting;

/// <summary>What the HTTP side takes from the configuration.</summary>
/// <param name="DefaultModels">Names of models; the first that is on this machine is served when none is named.</param>
internal sealed record ServerSettings(
    ListeningSettings Listening, ResponseLimits Responses, ModelCatalog Catalog, ImmutableArray<string> DefaultModels)
{
    public static Result<ServerSettings, string> Read(Config config, Surroundings surroundings)
    {
        try
        {
            return Check(config, surroundings);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ConfigurationException)
        {
            return Result.Error<ServerSettings, string>(
                $"A value in the section mlxactors.http cannot be read: {e.Message}");
        }
    }

    private static Result<ServerSettings, string> Check(Config config, Surroundings surroundings)
    {
        var responses = config.GetInt("mlxactors.http.responses.max-count", 0);
        var responseBytes = config.GetByteSize("mlxactors.http.responses.max-size");
        return responses < 1 || responseBytes is not > 0
            ? Result.Error<ServerSettings, string>(
                "mlxactors.http.responses: expected max-count of at least 1, and a max-size such as 256MiB.")
            : ListeningReader.Read(config, surroundings.Variable).Bind(listening =>
              CatalogSettings.Read(config, surroundings).Map(models => new ServerSettings(
                listening, new ResponseLimits(responses, responseBytes.Value), models.Catalog, models.Defaults)));
    }
}
