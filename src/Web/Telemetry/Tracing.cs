using MlxActors.Actors.Hosting;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MlxActors.Web.Telemetry;

/// <summary>Spans go out by OTLP; everything else about it stands in the standard environment variables, which the library reads.</summary>
internal static class Tracing
{
    // The environment is asked last, so that OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
    public static TracerProvider Start() => Sdk.CreateTracerProviderBuilder()
        .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("mlxactors").AddTelemetrySdk().AddEnvironmentVariableDetector())
        .AddAspNetCoreInstrumentation()
        .AddSource(Spans.SourceName)
        .AddOtlpExporter()
        .Build();
}
