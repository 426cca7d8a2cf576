using System.Net.Sockets;
using System.Runtime.InteropServices;
using Gateway.Actors.Hosting.Restarts;
using Gateway.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Gateway.Actors.Hosting;

/// <summary>A start that cannot succeed; the message is for the operator: one line that names the thing.</summary>
public sealed class GatewayStartException : Exception
{
    /// <summary>With the line for the operator.</summary>
    public GatewayStartException(string message) : base(message)
    {
    }

    /// <summary>With the line for the operator and what lies behind it.</summary>
    public GatewayStartException(string message, Exception cause) : base(message, cause)
    {
    }

    /// <summary>Without a line; not of use.</summary>
    public GatewayStartException()
    {
    }
}

/// <summary>Runs a program from its first line to its exit code.</summary>
public static class GatewayRun
{
    /// <summary>
    /// Runs until the program is asked to stop: 0. After a service reset it begins anew instead (<see cref="GatewayOptions.Restart"/>). A start that fails
    /// for a reason an operator can mend prints one line to standard error: 1.
    /// </summary>
    /// <param name="buildAsync">Builds the application.</param>
    /// <param name="explain">The line for failures that only the caller knows; null for others.</param>
    public static async Task<int> RunAsync(Func<Task<WebApplication>> buildAsync, Func<Exception, string?>? explain = null)
    {
        RestartRequest? restart = null;
        try
        {
            await using var app = await buildAsync();
            restart = app.Services.GetRequiredService<RestartRequest>();
            // A stop that is asked for meanwhile is one for good.
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => restart.Withdraw());
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => restart.Withdraw());
            using var quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, _ => restart.Withdraw());
            await app.RunAsync();
        }
        catch (Exception e) when ((explain?.Invoke(e) ?? Explain(e)) is { } line)
        {
            await Console.Error.WriteLineAsync($"gateway: {line}");
            if (restart?.IsReexecution != true) return 1;
        }
        catch (Exception e) when (restart?.IsReexecution == true)
        {
            // What is reset may be what does not stop as it should.
            await Console.Error.WriteLineAsync($"gateway: it begins anew, though it did not stop well: {e}");
        }

        return restart?.IsReexecution == true ? Reexecution.Run(restart.StaysInPlace) : 0;
    }

    /// <summary>The line for a failure that an operator can mend; null for others.</summary>
    public static string? Explain(Exception e) => e switch
    {
        GatewayStartException or StorageStartException => e.Message,
        OptionsValidationException options => string.Join(" ", options.Failures),
        AggregateException { InnerExceptions: var all } when all.All(inner => Explain(inner) is not null) =>
            string.Join(" ", all.Select(Explain)),
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } => e.Message,
        IOException { InnerException: AddressInUseException } => $"{e.Message} Stop the other program, or choose another port (Gateway__PublicUrl, Gateway__AppPort).",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => $"The port may not be opened: {e.Message}.",
        _ => null,
    };
}
