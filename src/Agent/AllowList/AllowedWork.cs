namespace Gateway.Agent.AllowList;

/// <summary>What this device does when it is told to: the allow-list, checked.</summary>
/// <param name="Commands">Names of command types.</param>
/// <param name="Scripts">The folder whose files <c>run_script</c> runs, a full path; null without one.</param>
/// <param name="Services">What <c>restart_service</c> restarts.</param>
/// <param name="Logs">What <c>log_tail</c> shows, full paths.</param>
internal sealed record AllowedWork(
    IReadOnlySet<string> Commands, string? Scripts, IReadOnlySet<string> Services, IReadOnlySet<string> Logs);
