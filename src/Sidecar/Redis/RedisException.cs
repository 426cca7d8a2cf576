namespace Gateway.Sidecar.Redis;

/// <summary>Why a command has no reply that can be used. A caller that gives up is not here: it gets its own cancellation back.</summary>
internal enum RedisFault
{
    /// <summary>Redis answered with an error; the message is that error.</summary>
    Refused,

    /// <summary>There was no connection to send the command over; it did not run.</summary>
    Unreachable,

    /// <summary>The connection ended before the reply came; the command may have run.</summary>
    Lost,

    /// <summary>No reply came within <c>readTimeout</c>; the command may have run, or may yet.</summary>
    TimedOut,

    /// <summary>What came is no RESP, or not what the command answers.</summary>
    Protocol,
}

/// <summary>A command failed; the message says what happened, where, and what is known of its effect.</summary>
internal sealed class RedisException(RedisFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    // Answers of a server that cannot take commands yet, or not here: https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors.
    private static readonly string[] Passing = ["LOADING", "MASTERDOWN", "TRYAGAIN", "BUSY"];

    /// <summary>What kind of failure it is.</summary>
    public RedisFault Fault { get; } = fault;

    /// <summary>The first word of an error of Redis, such as <c>WRONGTYPE</c>; empty for other failures.</summary>
    public string Code { get; } = fault == RedisFault.Refused ? message.Split(' ', 2)[0] : "";

    /// <summary>Redis did not run the command for a reason that passes by itself.</summary>
    public bool WillPass => Passing.Contains(Code);
}
