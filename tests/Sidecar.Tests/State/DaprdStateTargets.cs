using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.State;

/// <summary>Real daprd with one component; one process for all classes of a store.</summary>
public abstract class DaprdStateTarget(
    DaprdFixture daprd, string type, string version, Func<DaprdFixture, Task<(string Name, string Value)[]>> metadata) : StateTarget
{
    protected override Task<Uri> StartAsync() => daprd.StoreAsync(type, version, metadata);

    protected override ValueTask StopAsync() => ValueTask.CompletedTask;
}

/// <summary>https://docs.dapr.io/reference/components-reference/supported-state-stores/setup-inmemory/.</summary>
public sealed class DaprdInMemoryStateTarget(DaprdFixture daprd) : DaprdStateTarget(
    daprd, "state.in-memory", "v1", _ => Task.FromResult<(string, string)[]>([]));

/// <summary>https://docs.dapr.io/reference/components-reference/supported-state-stores/setup-sqlite/.</summary>
public sealed class DaprdSqliteStateTarget(DaprdFixture daprd) : DaprdStateTarget(
    daprd, "state.sqlite", "v1", daprd => Task.FromResult<(string, string)[]>([("connectionString", Path.Combine(daprd.Stack.Folder, "state.db"))]));

/// <summary>https://docs.dapr.io/reference/components-reference/supported-state-stores/setup-redis/.</summary>
public sealed class DaprdRedisStateTarget(DaprdFixture daprd) : DaprdStateTarget(
    daprd, "state.redis", "v1", daprd => Task.FromResult<(string, string)[]>([("redisHost", daprd.Stack.Redis.Host), ("redisPassword", "")]))
{
    public override bool RollsBack => false;

    public override bool FirstWriteOnlyCreates => false;

    public override int FirstWriteRefusal => 500;

    public override bool FirstWriteHoldsInTransactions => false;

    public override bool LastWriteHoldsToEtag => false;

    public override bool MissingKeyHasNoEtag => false;

    public override int UnreadableEtagStatus => 400;

    public override bool TellsExpiry => false;

    public override bool SaveEndsTtl => false;

    public override bool EtagsCount => true;

    public override bool SortsAndEscapes => false;

    public override (string Code, string Message)? QueryError =>
        ("ERR_STATE_QUERY", "state store store query failed: redis-json server support is required for query capability");
}

/// <summary>https://docs.dapr.io/reference/components-reference/supported-state-stores/setup-postgresql-v2/.</summary>
public sealed class DaprdPostgresStateTarget(DaprdFixture daprd) : DaprdStateTarget(
    daprd, "state.postgresql", "v2", async daprd => [("connectionString", await daprd.PostgresAsync())])
{
    public override int FirstWriteRefusal => 500;

    public override bool QuotedEtagIsAnother => false;

    public override bool DeleteReadsOptions => false;
}

/// <summary>https://docs.dapr.io/reference/components-reference/supported-state-stores/setup-postgresql-v1/.</summary>
public sealed class DaprdPostgresV1StateTarget(DaprdFixture daprd) : DaprdStateTarget(
    daprd, "state.postgresql", "v1", async daprd => [("connectionString", await daprd.PostgresAsync())])
{
    public override int FirstWriteRefusal => 500;

    public override int UnreadableEtagStatus => 400;

    public override int UnreadableEtagStatusOfDelete => 400;

    public override bool EtagsHaveSigns => false;

    public override bool DeleteReadsOptions => false;

    public override bool SortsAndEscapes => false;

    public override bool AddsBlanks => true;

    public override (string Code, string Message)? QueryError => null;
}
