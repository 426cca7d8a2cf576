namespace Gateway.Agent.Tests.Scripted;

/// <summary>How the gateway misbehaves once.</summary>
internal abstract record Fault
{
    /// <summary>Answers a status instead of doing anything.</summary>
    internal sealed record Status(int Code, string? RetryAfter = null) : Fault;

    /// <summary>Answers 200 with a page, as a captive portal does.</summary>
    internal sealed record WebPage : Fault;

    /// <summary>Cuts the connection instead of doing anything.</summary>
    internal sealed record DropBefore : Fault;

    /// <summary>Does what was asked, and cuts the connection instead of answering.</summary>
    internal sealed record DropAfter : Fault;

    /// <summary>Does nothing as long as the agent waits.</summary>
    internal sealed record HangBefore : Fault;

    /// <summary>Does what was asked, and does not answer as long as the agent waits.</summary>
    internal sealed record HangAfter : Fault;
}
