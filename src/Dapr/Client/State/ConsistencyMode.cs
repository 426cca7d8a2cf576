namespace Dapr.Client;

/// <summary>How many copies must agree (Dapr state API, <c>options.consistency</c>); the store decides what it can do.</summary>
public enum ConsistencyMode
{
    /// <summary>One copy is enough. <c>eventual</c> on the wire.</summary>
    Eventual,

    /// <summary>A quorum of copies. <c>strong</c> on the wire.</summary>
    Strong,
}
