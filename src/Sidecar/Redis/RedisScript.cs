using System.Security.Cryptography;
using System.Text;

namespace Gateway.Sidecar.Redis;

/// <summary>A Lua script (https://redis.io/docs/latest/commands/eval/), sent by its digest once Redis knows it.</summary>
internal sealed class RedisScript(string text)
{
#pragma warning disable CA5350 // Redis names scripts by SHA-1; nothing rests on its strength.
    private readonly string digest = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350

    /// <summary>Runs it; as <see cref="RedisClient.ExecuteAsync"/>.</summary>
    public async ValueTask<RespValue> RunAsync(
        RedisClient client, IReadOnlyList<string> keys, IReadOnlyList<RedisArgument> arguments, CancellationToken cancellationToken)
    {
        try
        {
            return await client.ExecuteAsync(Command("EVALSHA", digest, keys, arguments), cancellationToken);
        }
        catch (RedisException error) when (error.Code == "NOSCRIPT")
        {
            // It did not run. After this Redis knows it, until it starts again.
            return await client.ExecuteAsync(Command("EVAL", text, keys, arguments), cancellationToken);
        }
    }

    private static RedisCommand Command(string name, string script, IReadOnlyList<string> keys, IReadOnlyList<RedisArgument> arguments)
    {
        var parts = new List<RedisArgument>(3 + keys.Count + arguments.Count) { name, script, keys.Count };
        foreach (string key in keys) parts.Add(key);
        parts.AddRange(arguments);
        return new RedisCommand(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(parts));
    }
}
