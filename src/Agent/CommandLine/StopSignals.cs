using System.Runtime.InteropServices;

namespace Gateway.Agent.CommandLine;

/// <summary>SIGINT (Ctrl+C) and SIGTERM (systemd): the first asks to stop in order, the second to stop at once.</summary>
public sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource hurry = new();
    private readonly PosixSignalRegistration[] registrations;

    /// <summary>Listens from now on.</summary>
    public StopSignals() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
    ];

    /// <summary>The first signal came.</summary>
    public CancellationToken Stop => stop.Token;

    /// <summary>The second signal came.</summary>
    public CancellationToken Hurry => hurry.Token;

    /// <summary>Listens no more.</summary>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations) registration.Dispose();
        stop.Dispose();
        hurry.Dispose();
    }

    private void Handle(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (stop.IsCancellationRequested) hurry.Cancel();
        else stop.Cancel();
    }
}
