namespace Gateway.Agent.Nodes;

/// <summary>What a node keeps, in a folder of its own. All of it is readable by its user alone.</summary>
internal sealed class NodeFiles(string folder)
{
    /// <summary>Results that the server has not taken yet.</summary>
    public string OutboxFolder => Path.Combine(folder, "outbox");

    /// <summary>Tasks that were started and not finished.</summary>
    public string JournalFolder => Path.Combine(folder, "journal");

    /// <summary>Held while a node runs on this folder.</summary>
    public string LockPath => Path.Combine(folder, "lock");
}
