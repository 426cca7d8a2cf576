using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.State;

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdInMemoryStateItemTests(DaprdInMemoryStateTarget target) : StateItemConformance<DaprdInMemoryStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdInMemoryStateTtlTests(DaprdInMemoryStateTarget target) : StateTtlConformance<DaprdInMemoryStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdInMemoryStateConcurrencyTests(DaprdInMemoryStateTarget target) : StateConcurrencyConformance<DaprdInMemoryStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdInMemoryStateTransactionTests(DaprdInMemoryStateTarget target) : StateTransactionConformance<DaprdInMemoryStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdInMemoryStateBulkTests(DaprdInMemoryStateTarget target) : StateBulkConformance<DaprdInMemoryStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdSqliteStateItemTests(DaprdSqliteStateTarget target) : StateItemConformance<DaprdSqliteStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdSqliteStateTtlTests(DaprdSqliteStateTarget target) : StateTtlConformance<DaprdSqliteStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdSqliteStateConcurrencyTests(DaprdSqliteStateTarget target) : StateConcurrencyConformance<DaprdSqliteStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdSqliteStateTransactionTests(DaprdSqliteStateTarget target) : StateTransactionConformance<DaprdSqliteStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdSqliteStateBulkTests(DaprdSqliteStateTarget target) : StateBulkConformance<DaprdSqliteStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdRedisStateItemTests(DaprdRedisStateTarget target) : StateItemConformance<DaprdRedisStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdRedisStateTtlTests(DaprdRedisStateTarget target) : StateTtlConformance<DaprdRedisStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdRedisStateConcurrencyTests(DaprdRedisStateTarget target) : StateConcurrencyConformance<DaprdRedisStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdRedisStateTransactionTests(DaprdRedisStateTarget target) : StateTransactionConformance<DaprdRedisStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdRedisStateBulkTests(DaprdRedisStateTarget target) : StateBulkConformance<DaprdRedisStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdPostgresStateItemTests(DaprdPostgresStateTarget target) : StateItemConformance<DaprdPostgresStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdPostgresStateTtlTests(DaprdPostgresStateTarget target) : StateTtlConformance<DaprdPostgresStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdPostgresStateConcurrencyTests(DaprdPostgresStateTarget target) : StateConcurrencyConformance<DaprdPostgresStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdPostgresStateTransactionTests(DaprdPostgresStateTarget target) : StateTransactionConformance<DaprdPostgresStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdPostgresStateBulkTests(DaprdPostgresStateTarget target) : StateBulkConformance<DaprdPostgresStateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdPostgresV1StateItemTests(DaprdPostgresV1StateTarget target) : StateItemConformance<DaprdPostgresV1StateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdPostgresV1StateTtlTests(DaprdPostgresV1StateTarget target) : StateTtlConformance<DaprdPostgresV1StateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdPostgresV1StateConcurrencyTests(DaprdPostgresV1StateTarget target) : StateConcurrencyConformance<DaprdPostgresV1StateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdPostgresV1StateTransactionTests(DaprdPostgresV1StateTarget target) : StateTransactionConformance<DaprdPostgresV1StateTarget>(target);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdPostgresV1StateBulkTests(DaprdPostgresV1StateTarget target) : StateBulkConformance<DaprdPostgresV1StateTarget>(target);
