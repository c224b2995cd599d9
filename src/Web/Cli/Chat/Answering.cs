using System.Runtime.InteropServices;

namespace MlxActors.Web.Cli.Chat;

/// <summary>Lets Ctrl-C end an answer while one comes; between answers it ends the program, as everywhere.</summary>
internal sealed class Answering : IDisposable
{
    private readonly PosixSignalRegistration _registration;
    private CancellationTokenSource? _current;

    public Answering() => _registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
    {
        if (Volatile.Read(ref _current) is { } current)
        {
            signal.Cancel = true;
            current.Cancel();
        }
    });

    public CancellationToken Begin()
    {
        var fresh = new CancellationTokenSource();
        Volatile.Write(ref _current, fresh);
        return fresh.Token;
    }

    public void End() => Volatile.Write(ref _current, null);

    public void Dispose() => _registration.Dispose();
}
