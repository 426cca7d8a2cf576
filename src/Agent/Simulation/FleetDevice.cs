using System.Collections.Concurrent;
using Gateway.Core.Commands;

namespace Gateway.Agent.Simulation;

/// <summary>A device as its owner and the device itself know it; both sides of the simulation share it.</summary>
internal sealed class FleetDevice(int index, string id, CustomerAccount owner, string secret)
{
    private TaskCompletionSource bell = New();

    public int Index { get; } = index;

    public string Id { get; } = id;

    public CustomerAccount Owner { get; } = owner;

    public string Secret { get; } = secret;

    /// <summary>Held while its session is being opened.</summary>
    public SemaphoreSlim Opening { get; } = new(1, 1);

    /// <summary>Its session, once it has one.</summary>
    public string? SessionId { get; set; }

    /// <summary>Commands that were accepted, and whether one is known to have ended.</summary>
    public ConcurrentDictionary<string, bool> Commands { get; } = [];

    public bool HasOpenCommands => Commands.Any(command => !command.Value);

    public void NoteEnd(string command) => Commands.TryUpdate(command, newValue: true, comparisonValue: false);

    public void NoteState(string command, CommandState? state)
    {
        if (state?.IsTerminal() == true) NoteEnd(command);
    }

    /// <summary>Tells the device to look for work now, as a push would.</summary>
    public void Ring() => Volatile.Read(ref bell).TrySetResult();

    /// <summary>Waits for the bell, at most this long.</summary>
    public async Task WaitAsync(TimeSpan most, TimeProvider time, CancellationToken cancel)
    {
        await Volatile.Read(ref bell).Task.WaitAsync(most, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancel.ThrowIfCancellationRequested();
        if (Volatile.Read(ref bell).Task.IsCompleted) Volatile.Write(ref bell, New());
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
