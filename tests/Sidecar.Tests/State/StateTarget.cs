using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.State;

/// <summary>
/// A sidecar with a state store named <c>store</c> for a conformance suite, shared by the tests of a class: each uses keys of its own.
/// </summary>
public abstract class StateTarget : IAsyncLifetime
{
    public SidecarCaller Caller { get; private set; } = null!;

    /// <summary>Starts the sidecar and says where it listens.</summary>
    protected abstract Task<Uri> StartAsync();

    protected abstract ValueTask StopAsync();

    public async ValueTask InitializeAsync() => Caller = new SidecarCaller(await StartAsync());

    public async ValueTask DisposeAsync()
    {
        Caller.Dispose();
        await StopAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The embedded sidecar with one component.</summary>
public abstract class EmbeddedStateTarget(string component) : StateTarget
{
    private TestSidecar? sidecar;

    protected override async Task<Uri> StartAsync()
    {
        sidecar = await TestSidecar.StartAsync(component);
        return sidecar.Host.HttpAddress;
    }

    protected override ValueTask StopAsync() => sidecar!.DisposeAsync();
}

public sealed class InMemoryStateTarget() : EmbeddedStateTarget(TestSidecar.Component("store", "state.in-memory"));

public sealed class SqliteStateTarget() : EmbeddedStateTarget(TestSidecar.Component("store", "state.sqlite", "", ("connectionString", "state.db")));

public sealed class InMemoryStateItemTests(InMemoryStateTarget target) : StateItemConformance<InMemoryStateTarget>(target);

public sealed class SqliteStateItemTests(SqliteStateTarget target) : StateItemConformance<SqliteStateTarget>(target);

public sealed class InMemoryStateConcurrencyTests(InMemoryStateTarget target) : StateConcurrencyConformance<InMemoryStateTarget>(target);

public sealed class SqliteStateConcurrencyTests(SqliteStateTarget target) : StateConcurrencyConformance<SqliteStateTarget>(target);

public sealed class InMemoryStateTransactionTests(InMemoryStateTarget target) : StateTransactionConformance<InMemoryStateTarget>(target);

public sealed class SqliteStateTransactionTests(SqliteStateTarget target) : StateTransactionConformance<SqliteStateTarget>(target);

public sealed class InMemoryStateBulkTests(InMemoryStateTarget target) : StateBulkConformance<InMemoryStateTarget>(target);

public sealed class SqliteStateBulkTests(SqliteStateTarget target) : StateBulkConformance<SqliteStateTarget>(target);
