using Gateway.Sidecar.Redis;

namespace Gateway.Sidecar.State.Redis;

/// <summary>
/// Writes as they stand in Redis: a key of Dapr is a hash of <c>data</c>, <c>version</c> (the etag, a counter from 1) and, made with
/// first-write, <c>first-write</c>.
/// </summary>
/// <remarks>
/// Any number of writes in one script, so that a save, its time to live and a whole transaction are one round trip each, and nobody sees
/// half of one. As in Dapr's store a refused write leaves the others as they are. What Dapr's store does with a key:
/// <list type="bullet">
/// <item>It must have the expected version. Version 0 is any, unless the key was made with first-write. A missing key has every version.</item>
/// <item>A key of another type than a hash is replaced.</item>
/// <item>A delete looks at the version only where one is expected.</item>
/// <item>Without a time to live the old one goes on; one that is not positive ends it.</item>
/// </list>
/// </remarks>
internal static class RedisStateScript
{
    /// <summary>The operations: a save, a save with first-write, a delete.</summary>
    public const string Save = "S", SaveFirst = "F", Delete = "D";

    /// <summary>The version that every key has that was not made with first-write.</summary>
    public const string AnyVersion = "0";

    /// <summary>
    /// For each key four arguments: operation, expected version, value, time to live in seconds (or empty). The reply is 0, or the first
    /// write that failed: its number, counted from 1, and Redis' own error, which is empty where the version was another.
    /// </summary>
    public static readonly RedisScript Script = new(
        """
        local failed, why
        local function check(reply, number)
          if type(reply) == 'table' and reply.err then
            if not failed then failed, why = number, reply.err end
            return false
          end
          return true
        end

        for number, key in ipairs(KEYS) do
          local at = number * 4 - 3
          local operation, expected, value, ttl = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
          local version = redis.pcall('HGET', key, 'version')
          local replace = type(version) == 'table'
          local free = replace or not version or version == '' or version == expected
          if operation == 'D' then
            if free or expected == '0' then
              check(redis.pcall('DEL', key), number)
            elseif not failed then
              failed, why = number, ''
            end
          elseif free or (expected == '0' and redis.call('HEXISTS', key, 'first-write') == 0) then
            if replace then redis.call('DEL', key) end
            local done
            if operation == 'F' then
              done = check(redis.pcall('HSET', key, 'data', value, 'first-write', '0'), number)
            else
              done = check(redis.pcall('HSET', key, 'data', value), number)
            end
            done = done and check(redis.pcall('HINCRBY', key, 'version', 1), number)
            if done and ttl ~= '' then
              if string.sub(ttl, 1, 1) == '-' or tonumber(ttl) == 0 then
                check(redis.pcall('PERSIST', key), number)
              else
                check(redis.pcall('EXPIRE', key, ttl), number)
              end
            end
          elseif not failed then
            failed, why = number, ''
          end
        end

        if failed then return {failed, why} end
        return 0
        """);
}
