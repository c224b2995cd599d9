using Akka.Actor;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akka.Hosting;

/// <summary>Starts the system with the host, ends it with the host, and ends the host when the system ends by itself.</summary>
public class AkkaHostedService : IHostedService
{
    protected readonly IServiceProvider ServiceProvider;
    protected readonly AkkaConfigurationBuilder ConfigurationBuilder;
    protected readonly IHostApplicationLifetime HostApplicationLifetime;
    protected readonly ILogger<AkkaHostedService> Logger;
    protected ActorSystem ActorSystem;
    protected CoordinatedShutdown CoordinatedShutdown;

    public AkkaHostedService(
        AkkaConfigurationBuilder configurationBuilder,
        IServiceProvider serviceProvider,
        ILogger<AkkaHostedService> logger,
        IHostApplicationLifetime applicationLifetime)
    {
        ConfigurationBuilder = configurationBuilder;
        ServiceProvider = serviceProvider;
        Logger = logger;
        HostApplicationLifetime = applicationLifetime;
    }

    public virtual async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            ActorSystem = ServiceProvider.GetRequiredService<ActorSystem>();
            CoordinatedShutdown = CoordinatedShutdown.Get(ActorSystem);
            await ConfigurationBuilder.StartAsync(ActorSystem).ConfigureAwait(false);
            _ = ActorSystem.WhenTerminated.ContinueWith(_ => HostApplicationLifetime.StopApplication(), TaskScheduler.Default);
        }
        catch (Exception cause)
        {
            Logger.LogCritical(cause, "Unable to start AkkaHostedService - shutting down application");
            HostApplicationLifetime.StopApplication();
            throw;
        }
    }

    public virtual async Task StopAsync(CancellationToken cancellationToken)
    {
        if (ActorSystem is not null)
            await CoordinatedShutdown.Run(CoordinatedShutdown.ClrExitReason.Instance).ConfigureAwait(false);
    }
}
