using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace MlxActors.Web.Cli;

/// <summary>Has a server or a gateway listen, and says in words why it cannot.</summary>
internal static class Listening
{
    /// <returns>Null when it listens.</returns>
    public static async Task<string?> StartAsync(WebApplication app, IPEndPoint address)
    {
        try
        {
            await app.StartAsync();
            return null;
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            return InUse(address, PortOwner.Find(address.Port));
        }
        catch (SocketException e)
        {
            return $"Cannot listen on {address}: {e.Message}. Choose another address with --host and --port.";
        }
    }

    private static string InUse(IPEndPoint address, string? owner) =>
        $"Port {address.Port} on {address.Address} is in use by {owner ?? "another program"}. Stop that one, or "
        + $"choose another port: --port {(address.Port < IPEndPoint.MaxPort ? address.Port + 1 : 0)}";
}
