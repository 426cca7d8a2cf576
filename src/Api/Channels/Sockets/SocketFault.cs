namespace Gateway.Api.Channels.Sockets;

/// <summary>What the pump itself finds wrong with what a peer sends; the surface puts it into words (<see cref="ISocketHandler.Explain"/>).</summary>
internal enum SocketFault
{
    /// <summary>A message is not one JSON object in UTF-8, too deep, or has a member twice. The connection closes with 1007.</summary>
    NotJson,

    /// <summary>A message is larger than allowed. The connection closes with 1009.</summary>
    TooBig,

    /// <summary>More messages than allowed. The connection closes with 4008.</summary>
    TooManyMessages,

    /// <summary>The handler failed unexpectedly. The connection closes with 1011.</summary>
    Failed,
}
