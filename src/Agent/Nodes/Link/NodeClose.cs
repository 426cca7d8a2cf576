namespace Gateway.Agent.Nodes.Link;

/// <summary>What the end of a socket means for the node (docs/orchestrator-surface.md, docs/channels.md).</summary>
/// <param name="Why">In words.</param>
/// <param name="IsRefusal">The node is not wanted as it is: it comes back after a long pause only.</param>
/// <param name="Ends">The node is to end: coming back would help nobody.</param>
internal readonly record struct NodeClose(string Why, bool IsRefusal, bool Ends)
{
    /// <summary>By its code.</summary>
    /// <param name="code">The close code; null: the connection just broke.</param>
    /// <param name="wasAccepted">Whether the server has taken this node before. One that it never took was set up wrongly, and somebody is there to mend it.</param>
    public static NodeClose Of(int? code, bool wasAccepted) => code switch
    {
        4001 => new NodeClose("the token is not the nodes' (ORCH_NODE_TOKEN)", IsRefusal: true, Ends: !wasAccepted),
        4002 => new NodeClose("a node's id is \"node-\" and small letters or digits", IsRefusal: true, Ends: !wasAccepted),
        4003 => new NodeClose("the id is a device's", IsRefusal: true, Ends: !wasAccepted),
        4009 => new NodeClose("another program works as this node", IsRefusal: true, Ends: true),
        1001 => Again("the server stops"),
        1012 => Again("an operator's reset"),
        1013 => Again("the server has no store now"),
        4008 => Again("too many messages"),
        null => Again("no close frame"),
        _ => Again($"code {code}"),
    };

    private static NodeClose Again(string why) => new(why, IsRefusal: false, Ends: false);
}
