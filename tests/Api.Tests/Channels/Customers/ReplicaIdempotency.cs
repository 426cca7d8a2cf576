using System.Net;
using Gateway.Api.Tests.Gateway;
using Gateway.TestKit;

namespace Gateway.Api.Tests.Channels.Customers;

/// <summary>A key that is used at two replicas at once.</summary>
public abstract class ReplicaIdempotency<TPair>(TPair replicas) : IClassFixture<TPair>
    where TPair : ReplicaPair
{
    [Fact]
    public async Task IdempotencyKey_AtBothReplicasAtOnce_StandsForOneCommand()
    {
        var (customer, device, session) = await replicas.First.NewDeviceAsync("same-key");
        var path = $"/api/v1/customer/sessions/{session}/commands";
        Caller[] callers = [customer, replicas.Second.Customer(customer.Id)];
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            Task.Run(() => callers[i % 2].PostAsync(path, new { type = "ping", idempotencyKey = "once" }), TestContext.Current.CancellationToken)));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.Single(answers.DistinctBy(answer => answer.Text("command.id")));
        foreach (var caller in callers)
            (await caller.PostAsync(path, new { type = "reboot", idempotencyKey = "once" })).IsError(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(1, (await device.PostAsync("/api/v1/device/commands/claim", new { limit = 10 })).Count("commands"));
    }
}

/// <summary>... on the embedded default's files.</summary>
public sealed class ReplicaIdempotencyTests(ReplicaPair replicas) : ReplicaIdempotency<ReplicaPair>(replicas);

/// <summary>... on one Postgres, which has the queues too.</summary>
public sealed class ReplicaIdempotencyOnPostgresTests(ReplicaPairOnPostgres replicas) : ReplicaIdempotency<ReplicaPairOnPostgres>(replicas);

/// <summary>Two replicas whose stores are both in one Postgres.</summary>
public sealed class ReplicaPairOnPostgres : ReplicaPair
{
    private PostgresServer? postgres;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (postgres is not null) await postgres.DisposeAsync();
    }

    private protected override async Task<(string? Database, string Components)> OpenStoresAsync(string folder)
    {
        postgres = await PostgresServer.StartAsync();
        var state = PostgresServer.Libpq(await postgres.CreateDatabaseAsync());
        var components = Directory.CreateDirectory(Path.Combine(folder, "components")).FullName;
        await File.WriteAllTextAsync(Path.Combine(components, "stores.yaml"), $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: {name: statestore}
            spec:
              type: state.postgresql
              version: v2
              metadata:
              - {name: connectionString, value: "{{state}}"}
              - {name: keyPrefix, value: name}
              - {name: actorStateStore, value: "true"}
            ---
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: {name: pubsub}
            spec: {type: pubsub.in-memory, version: v1, metadata: []}
            """);
        return (await postgres.CreateDatabaseAsync(), components);
    }
}
