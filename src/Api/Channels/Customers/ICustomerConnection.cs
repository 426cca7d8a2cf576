using Gateway.Api.Channels.Sockets;

namespace Gateway.Api.Channels.Customers;

/// <summary>A customer's connection, whatever its transport. Thread-safe; no member waits.</summary>
internal interface ICustomerConnection
{
    /// <summary>Who has connected.</summary>
    string CustomerId { get; }

    /// <summary>When the token that opened it ends, and so the connection.</summary>
    DateTimeOffset EndsAt { get; }

    /// <summary>Queues a message; when the queue is full the connection ends, as its reader is too slow.</summary>
    /// <returns>False: the connection is ending.</returns>
    bool TrySend(CustomerMessage message);

    /// <summary>Ends the connection.</summary>
    void Close(SocketClose why);
}
