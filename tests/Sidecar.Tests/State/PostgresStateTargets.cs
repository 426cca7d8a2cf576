using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.State;

/// <summary>The embedded sidecar on Postgres, which differs in both versions as daprd does.</summary>
public abstract class EmbeddedPostgresStateTarget(PostgresFixture postgres, string version) : StateTarget
{
    private TestSidecar? sidecar;

    public override int FirstWriteRefusal => 500;

    public override bool DeleteReadsOptions => false;

    protected override async Task<Uri> StartAsync()
    {
        sidecar = await TestSidecar.StartAsync((await postgres.CreateAsync()).Component(version));
        return sidecar.Host.HttpAddress;
    }

    protected override ValueTask StopAsync() => sidecar?.DisposeAsync() ?? ValueTask.CompletedTask;
}

public sealed class PostgresStateTarget(PostgresFixture postgres) : EmbeddedPostgresStateTarget(postgres, "v2")
{
    public override bool QuotedEtagIsAnother => false;
}

public sealed class PostgresV1StateTarget(PostgresFixture postgres) : EmbeddedPostgresStateTarget(postgres, "v1")
{
    public override int UnreadableEtagStatus => 400;

    public override int UnreadableEtagStatusOfDelete => 400;

    public override bool EtagsHaveSigns => false;

    public override bool SortsAndEscapes => false;

    public override bool AddsBlanks => true;
}

public sealed class PostgresStateItemTests(PostgresStateTarget target) : StateItemConformance<PostgresStateTarget>(target);

public sealed class PostgresStateTtlTests(PostgresStateTarget target) : StateTtlConformance<PostgresStateTarget>(target);

public sealed class PostgresStateConcurrencyTests(PostgresStateTarget target) : StateConcurrencyConformance<PostgresStateTarget>(target);

public sealed class PostgresStateTransactionTests(PostgresStateTarget target) : StateTransactionConformance<PostgresStateTarget>(target);

public sealed class PostgresStateBulkTests(PostgresStateTarget target) : StateBulkConformance<PostgresStateTarget>(target);

public sealed class PostgresV1StateItemTests(PostgresV1StateTarget target) : StateItemConformance<PostgresV1StateTarget>(target);

public sealed class PostgresV1StateTtlTests(PostgresV1StateTarget target) : StateTtlConformance<PostgresV1StateTarget>(target);

public sealed class PostgresV1StateConcurrencyTests(PostgresV1StateTarget target) : StateConcurrencyConformance<PostgresV1StateTarget>(target);

public sealed class PostgresV1StateTransactionTests(PostgresV1StateTarget target) : StateTransactionConformance<PostgresV1StateTarget>(target);

public sealed class PostgresV1StateBulkTests(PostgresV1StateTarget target) : StateBulkConformance<PostgresV1StateTarget>(target);
