using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Gateway.Sidecar.Tests.Hosting;

/// <summary>The stand-alone sidecar as a process of its own: what its command line does, and what is left when it is killed.</summary>
public sealed partial class SidecarProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly Process process;

    private SidecarProcess(Process process, Uri address)
    {
        this.process = process;
        Caller = new SidecarCaller(address);
    }

    public SidecarCaller Caller { get; }

    /// <summary>Starts one that listens on a free port, or several where there is <c>--app</c>, the first of which is called.</summary>
    public static async Task<SidecarProcess> StartAsync(params string[] arguments)
    {
        Process process = Run(arguments.Contains("--app") ? arguments : [.. arguments, "--dapr-http-port", "0"]);
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return new SidecarProcess(process, new Uri(match.Value));
            }
        }

        throw new InvalidOperationException("The sidecar ended: " + await process.StandardError.ReadToEndAsync(limit.Token));
    }

    /// <summary>Runs one that cannot start, or only prints; its exit code and what it wrote as errors.</summary>
    public static async Task<(int ExitCode, string Error)> RunToEndAsync(params string[] arguments)
    {
        using Process process = Run(arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);
        return (process.ExitCode, error);
    }

    /// <summary>Ends it at once, with no chance to tidy up.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async Task<int> ExitCodeAsync()
    {
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Caller.Dispose();
        if (!process.HasExited) await KillAsync();
        process.Dispose();
    }

    private static Process Run(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(Sidecar.Hosting.SidecarHost).Assembly.Location);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/")]
    private static partial Regex Listening();
}
