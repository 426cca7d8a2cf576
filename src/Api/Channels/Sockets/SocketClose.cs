namespace Gateway.Api.Channels.Sockets;

/// <summary>
/// Why a socket ends: the close code and reason that the peer gets (RFC 6455 section 7.4; 4000 to 4999 are our own, docs/channels.md).
/// </summary>
/// <param name="Code">The close code.</param>
/// <param name="Reason">For people, at most 123 bytes.</param>
/// <param name="SendsQueued">Whether what was queued before still goes out first.</param>
internal sealed record SocketClose(int Code, string Reason, bool SendsQueued = false)
{
    /// <summary>1000: the peer wished it so.</summary>
    public static readonly SocketClose Normal = new(1000, "");

    /// <summary>1001: the server stops; come back.</summary>
    public static readonly SocketClose GoingAway = new(1001, "The server stops", SendsQueued: true);

    /// <summary>1001: the server has taken the connection for lost; come back.</summary>
    public static readonly SocketClose Detached = new(1001, "Taken for lost");

    /// <summary>1003: a binary message.</summary>
    public static readonly SocketClose NotText = new(1003, "Messages are text", SendsQueued: true);

    /// <summary>1006, never on the wire: the connection was lost, or cut because the peer did not end it in time.</summary>
    public static readonly SocketClose Lost = new(1006, "");

    /// <summary>1007: not one JSON object, or too deep. (What is no UTF-8 gets this code as well, from the framework.)</summary>
    public static readonly SocketClose NotJson = new(1007, "Messages are JSON objects", SendsQueued: true);

    /// <summary>1009: a message larger than <see cref="SocketKind.MaxMessageBytes"/>.</summary>
    public static readonly SocketClose TooBig = new(1009, "The message is too large", SendsQueued: true);

    /// <summary>1011: a bug of ours.</summary>
    public static readonly SocketClose Failed = new(1011, "Something went wrong", SendsQueued: true);

    /// <summary>1012: an operator's reset; come back.</summary>
    public static readonly SocketClose Reset = new(1012, "Service restart", SendsQueued: true);

    /// <summary>1013: a store does not answer now; come back.</summary>
    public static readonly SocketClose TryLater = new(1013, "Temporarily unavailable", SendsQueued: true);

    /// <summary>4008: more messages than allowed.</summary>
    public static readonly SocketClose TooManyMessages = new(4008, "Too many messages", SendsQueued: true);

    /// <summary>4009: a newer connection of the same device has taken over.</summary>
    public static readonly SocketClose Replaced = new(4009, "Replaced by a newer connection");

    /// <summary>4010: the peer does not read what it is sent.</summary>
    public static readonly SocketClose TooSlow = new(4010, "Too slow to read");

    /// <summary>4401: the token that opened the connection has ended.</summary>
    public static readonly SocketClose TokenEnded = new(4401, "The token has ended", SendsQueued: true);

    /// <summary>4403: suspended, or credentials revoked.</summary>
    public static readonly SocketClose Revoked = new(4403, "Suspended or credentials revoked");

    /// <summary>4408: no message for longer than <see cref="SocketKind.IdleTimeout"/>, or one that was never finished.</summary>
    public static readonly SocketClose Idle = new(4408, "No message for too long", SendsQueued: true);
}
