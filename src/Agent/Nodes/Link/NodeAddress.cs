namespace Gateway.Agent.Nodes.Link;

/// <summary>Where a node connects, and as whom.</summary>
/// <param name="Server">The server's address, without a slash at the end.</param>
/// <param name="NodeId"><c>node-…</c>.</param>
/// <param name="Token">The nodes' token; never logged.</param>
internal sealed record NodeAddress(string Server, string NodeId, string Token)
{
    /// <summary>The socket's address, which holds the token.</summary>
    public Uri Socket()
    {
        var address = new UriBuilder(Server.TrimEnd('/') + "/ws/node");
        address.Scheme = address.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        address.Query = $"token={Uri.EscapeDataString(Token)}&node_id={Uri.EscapeDataString(NodeId)}";
        return address.Uri;
    }

    // The generated text would show the token.
    public override string ToString() => $"{NodeId} at {Server}";
}
