using Gateway.Sidecar.Tests.Hosting;
using Gateway.Sidecar.Tests.Redis;

namespace Gateway.Sidecar.Tests.State;

/// <summary>The embedded sidecar on Redis: what is different from other stores is what is so in daprd (<see cref="DaprdRedisStateTarget"/>).</summary>
public sealed class RedisStateTarget : StateTarget
{
    private TestSidecar? sidecar;

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

    protected override async Task<Uri> StartAsync()
    {
        RedisDatabase database = await RedisDatabases.NextAsync();
        sidecar = await TestSidecar.StartAsync(TestSidecar.Component("store", "state.redis", "", database.Metadata));
        return sidecar.Host.HttpAddress;
    }

    protected override ValueTask StopAsync() => sidecar?.DisposeAsync() ?? ValueTask.CompletedTask;
}

public sealed class RedisStateItemTests(RedisStateTarget target) : StateItemConformance<RedisStateTarget>(target);

public sealed class RedisStateTtlTests(RedisStateTarget target) : StateTtlConformance<RedisStateTarget>(target);

public sealed class RedisStateConcurrencyTests(RedisStateTarget target) : StateConcurrencyConformance<RedisStateTarget>(target);

public sealed class RedisStateTransactionTests(RedisStateTarget target) : StateTransactionConformance<RedisStateTarget>(target);

public sealed class RedisStateBulkTests(RedisStateTarget target) : StateBulkConformance<RedisStateTarget>(target);
