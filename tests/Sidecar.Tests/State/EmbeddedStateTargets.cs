using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.State;

/// <summary>The embedded sidecar with one component.</summary>
public abstract class EmbeddedStateTarget(string component) : StateTarget
{
    private TestSidecar? sidecar;

    public override bool EtagsCount => true;

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

public sealed class InMemoryStateTtlTests(InMemoryStateTarget target) : StateTtlConformance<InMemoryStateTarget>(target);

public sealed class SqliteStateTtlTests(SqliteStateTarget target) : StateTtlConformance<SqliteStateTarget>(target);

public sealed class InMemoryStateConcurrencyTests(InMemoryStateTarget target) : StateConcurrencyConformance<InMemoryStateTarget>(target);

public sealed class SqliteStateConcurrencyTests(SqliteStateTarget target) : StateConcurrencyConformance<SqliteStateTarget>(target);

public sealed class InMemoryStateTransactionTests(InMemoryStateTarget target) : StateTransactionConformance<InMemoryStateTarget>(target);

public sealed class SqliteStateTransactionTests(SqliteStateTarget target) : StateTransactionConformance<SqliteStateTarget>(target);

public sealed class InMemoryStateBulkTests(InMemoryStateTarget target) : StateBulkConformance<InMemoryStateTarget>(target);

public sealed class SqliteStateBulkTests(SqliteStateTarget target) : StateBulkConformance<SqliteStateTarget>(target);
