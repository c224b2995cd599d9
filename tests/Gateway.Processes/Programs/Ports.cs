using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MlxActors.Gateway.Processes.Programs;

/// <summary>
/// Ports for programs that come back under the same one. Not those that the system hands out: while such a program is away, a connection
/// of anybody could get its port, even one to that very port.
/// </summary>
internal static class Ports
{
    private const int First = 15_000;
    private const int Last = 30_000;

    private static readonly ConcurrentDictionary<int, bool> Taken = new();

    /// <returns>One that nobody listens at, and that was not given to anybody here before.</returns>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            if (!Taken.TryAdd(port, true))
            {
                continue;
            }
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody's; another one then.
            }
        }
    }
}
