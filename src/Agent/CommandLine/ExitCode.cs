namespace Gateway.Agent.CommandLine;

internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>One line on the error stream says what is wrong.</summary>
    public const int Error = 1;

    /// <summary>Stopped by a signal before there was anything to stop: 128 + SIGINT, as shells count.</summary>
    public const int Interrupted = 130;
}
