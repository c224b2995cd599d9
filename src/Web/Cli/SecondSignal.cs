using System.Runtime.InteropServices;

namespace MlxActors.Web.Cli;

/// <summary>The first signal begins the orderly end, which the host sees to; a second one, of either kind, ends the process at once.</summary>
internal sealed class SecondSignal : IDisposable
{
    private readonly PosixSignalRegistration[] _registrations;
    private int _signals;

    /// <param name="exit">Ends the process with the code that shells give to one ended by a signal.</param>
    public SecondSignal(Action<int> exit) => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Count(exit, code: 128 + 15)),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Count(exit, code: 128 + 2)),
    ];

    public void Dispose() => Array.ForEach(_registrations, registration => registration.Dispose());

    private void Count(Action<int> exit, int code)
    {
        if (Interlocked.Increment(ref _signals) > 1)
        {
            exit(code);
        }
    }
}
