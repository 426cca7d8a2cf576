using Gateway.Storage.Database;

namespace Gateway.Storage.ProtectionKeys;

/// <summary>The table <c>protection_keys</c>. Keys are few and never change.</summary>
internal sealed class ProtectionKeys(GatewayDatabase database) : IProtectionKeys
{
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => await database.QueryAsync(
        new Statement("select key from protection_keys order by created_at, name"), row => row.GetString(0), cancellationToken);

    public Task AddAsync(string name, string key, DateTimeOffset at, CancellationToken cancellationToken) => database.ExecuteAsync(
        [
            new Statement(
                "insert into protection_keys (name, key, created_at) values (@name, @key, @at) on conflict (name) do nothing",
                ("name", name), ("key", key), ("at", at)),
        ],
        Repeat.Safe,
        cancellationToken);
}
