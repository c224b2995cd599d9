using MlxActors.Actors.Hosting;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MlxActors.Web.Telemetry;

/// <summary>Spans go out by OTLP; everything else about it stands in the standard environment variables, which the library reads.</summary>
internal static class Tracing
{
    // The framework's own, of requests that it sends.
    private const string HttpClientSource = "System.Net.Http";

    public static TracerProvider Start() => Start("mlxactors", Spans.SourceName);

    /// <summary>The gateway's spans: a request, and within it what was sent to nodes.</summary>
    public static TracerProvider StartGateway() => Start("mlxactors-gateway", HttpClientSource);

    // The environment is asked last, so that OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
    private static TracerProvider Start(string service, string source) => Sdk.CreateTracerProviderBuilder()
        .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService(service).AddTelemetrySdk().AddEnvironmentVariableDetector())
        .AddAspNetCoreInstrumentation()
        .AddSource(source)
        .AddOtlpExporter()
        .Build();

    /// <summary>By the variables of the OpenTelemetry specification; none of them set, none sent.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    public static bool IsAskedFor(Func<string, string?> variable) =>
        !"true".Equals(variable("OTEL_SDK_DISABLED"), StringComparison.OrdinalIgnoreCase)
        && variable("OTEL_TRACES_EXPORTER") switch
        {
            "otlp" => true,
            null or "" => !string.IsNullOrEmpty(variable("OTEL_EXPORTER_OTLP_ENDPOINT"))
                || !string.IsNullOrEmpty(variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")),
            _ => false,
        };
}
