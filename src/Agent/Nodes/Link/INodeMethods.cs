using System.Text.Json;

namespace Gateway.Agent.Nodes.Link;

/// <summary>What a server may call at a node. Called by one loop, one call after another; a call that takes longer goes on beside the next ones.</summary>
internal interface INodeMethods
{
    /// <summary>A socket is open: what is sent before this returns goes first over it.</summary>
    void Opened();

    /// <summary>Does a call, a notification as well.</summary>
    /// <param name="values">The parameters; undefined: none.</param>
    ValueTask<RpcOutcome> CallAsync(string method, JsonElement values);
}
