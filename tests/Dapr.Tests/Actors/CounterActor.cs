using System.Text;
using Dapr.Actors;
using Dapr.Actors.Runtime;

namespace Gateway.Dapr.Tests.Actors;

public sealed record Part(string Label, int Weight);

public interface IResettable : IActor
{
    Task ResetAsync();
}

public interface ICounterActor : IResettable
{
    Task<int> AddAsync(int amount, CancellationToken cancellationToken = default);

    Task<Part?> JoinAsync(string firstName, Part? secondPart);

    Task<int> ReadAsync();

    Task FailAsync(string message);

    Task<string> FailLateAsync(int amount);

    Task BackAsync(string otherId);
}

/// <summary>What the counters of a test tell it, and how it makes them wait.</summary>
public sealed class CounterJournal
{
    private readonly Lock gate = new();
    private readonly List<string> lines = [];

    public Func<string, Task> OnTurn { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyList<string> Lines
    {
        get { lock (gate) return [.. lines]; }
    }

    public void Write(string line)
    {
        lock (gate) lines.Add(line);
    }
}

/// <summary>A scoped service, to see when an actor's scope ends.</summary>
public sealed class ScopeProbe(CounterJournal journal) : IDisposable
{
    public void Dispose() => journal.Write("scope ended");
}

[Actor(TypeName = "Counter")]
public sealed class CounterActor : Actor, ICounterActor, IRemindable
{
    private readonly CounterJournal journal;

    public CounterActor(ActorHost host, CounterJournal journal, ScopeProbe probe)
        : base(host)
    {
        ArgumentNullException.ThrowIfNull(probe);
        this.journal = journal;
    }

    public async Task<int> AddAsync(int amount, CancellationToken cancellationToken = default)
    {
        await journal.OnTurn($"add {amount}").WaitAsync(cancellationToken);
        var sum = await StateManager.GetOrAddStateAsync("sum", 0, cancellationToken) + amount;
        await StateManager.SetStateAsync("sum", sum, cancellationToken);
        return sum;
    }

    public Task<Part?> JoinAsync(string firstName, Part? secondPart) =>
        Task.FromResult(secondPart is null ? null : new Part(firstName + secondPart.Label, secondPart.Weight));

    public async Task<int> ReadAsync() => (await StateManager.TryGetStateAsync<int>("sum")).Value;

    public Task FailAsync(string message) => throw new InvalidOperationException(message);

    public async Task<string> FailLateAsync(int amount)
    {
        await StateManager.SetStateAsync("sum", amount);
        await Task.Yield();
        throw new ArgumentException("late");
    }

    public async Task BackAsync(string otherId)
    {
        await StateManager.SetStateAsync("sum", 100);
        await ProxyFactory.CreateActorProxy<ICounterActor>(new ActorId(otherId), "Counter").AddAsync(1);
    }

    public Task ResetAsync() => StateManager.TryRemoveStateAsync("sum");

    public Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        journal.Write($"reminder {reminderName} '{Encoding.UTF8.GetString(state)}' {dueTime.TotalMilliseconds} {period.TotalMilliseconds}");
        return Task.CompletedTask;
    }

    public Task TickAsync(byte[] data)
    {
        journal.Write($"tick '{Encoding.UTF8.GetString(data)}'");
        return Task.CompletedTask;
    }

    protected override async Task OnActivateAsync()
    {
        journal.Write($"activate {Id}");
        await journal.OnTurn("activate");
    }

    protected override Task OnDeactivateAsync()
    {
        journal.Write($"deactivate {Id}");
        return Task.CompletedTask;
    }

    protected override Task OnPreActorMethodAsync(ActorMethodContext actorMethodContext)
    {
        journal.Write($"pre {actorMethodContext.CallType} {actorMethodContext.MethodName}");
        return Task.CompletedTask;
    }

    protected override Task OnPostActorMethodAsync(ActorMethodContext actorMethodContext)
    {
        journal.Write($"post {actorMethodContext.MethodName}");
        return Task.CompletedTask;
    }

    protected override Task OnActorMethodFailedAsync(ActorMethodContext actorMethodContext, Exception e)
    {
        journal.Write($"failed {actorMethodContext.MethodName} {e.GetType().Name}");
        return Task.CompletedTask;
    }

    /// <summary>A timer finds it by its name.</summary>
    internal Task TockAsync()
    {
        journal.Write("tock");
        return Task.CompletedTask;
    }
}
