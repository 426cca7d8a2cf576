namespace Gateway.Agent;

/// <summary>
/// What ends the agent with exit code 1: the message is the one line that the user sees, so it names the thing and what to do.
/// </summary>
public sealed class AgentException(string message, Exception? cause = null) : Exception(message, cause);
