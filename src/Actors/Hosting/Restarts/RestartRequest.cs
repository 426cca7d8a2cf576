using Microsoft.Extensions.Options;

namespace Gateway.Actors.Hosting.Restarts;

/// <summary>Whether this process is to begin anew once it has stopped. Thread-safe.</summary>
internal sealed class RestartRequest(IOptions<GatewayOptions> options)
{
    private volatile bool isAsked;

    /// <summary>Whether the process is to begin anew, and does so by itself.</summary>
    public bool IsReexecution => isAsked && options.Value.BeginsAnew;

    /// <summary>Whether the successor takes this process' place, where the system can do that.</summary>
    public bool StaysInPlace => options.Value.Restart == "reexecute";

    /// <summary>Whether it was asked for, whoever does it.</summary>
    public bool IsAsked => isAsked;

    /// <summary>Asks for it; the process has to be stopped besides.</summary>
    public void Ask() => isAsked = true;

    /// <summary>Somebody wants the process to end.</summary>
    public void Withdraw() => isAsked = false;
}
