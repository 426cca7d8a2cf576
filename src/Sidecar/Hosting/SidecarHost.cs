using System.Net;
using System.Net.Sockets;
using Gateway.Sidecar.Components;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sidecar.Hosting;

/// <summary>
/// A running sidecar: Dapr's HTTP API for one app on one machine. It may run in the process of the app that it serves: it
/// listens when <see cref="StartAsync(SidecarOptions, ILoggerFactory?, TimeProvider?, CancellationToken)"/> returns, and finishes
/// its start (asks the app what it subscribes to and which actors it hosts, turns healthy) as soon as the app's port listens.
/// </summary>
public sealed class SidecarHost : IAsyncDisposable
{
    private readonly SidecarContext context;
    private readonly IReadOnlyList<ISidecarFeature> features;
    private readonly WebApplication web;
    private readonly ILogger logger;
    private readonly AppHealthProbe probe;
    private SidecarMachine? ownMachine;
    private Task starting = Task.CompletedTask;
    private int stopped;

    private SidecarHost(SidecarContext context, IReadOnlyList<ISidecarFeature> features, WebApplication web, ILogger logger)
    {
        this.context = context;
        this.features = features;
        this.web = web;
        this.logger = logger;
        probe = new AppHealthProbe(context, logger);
    }

    /// <summary>Where the HTTP API listens, such as <c>http://127.0.0.1:3500/</c>.</summary>
    public Uri HttpAddress { get; private set; } = null!;

    /// <summary>Completes when the start is finished, so when <c>/v1.0/healthz</c> is 204; faulted when it failed, cancelled when the sidecar stopped first.</summary>
    public Task Ready => context.Ready.Task;

    /// <summary>Completes when somebody asked for <c>POST /v1.0/shutdown</c>; whoever started the sidecar then stops it.</summary>
    public Task ShutdownRequested => context.ShutdownRequested.Task;

    /// <summary>
    /// Loads the components and starts to listen. Without an app port the start is finished when this returns.
    /// </summary>
    /// <exception cref="SidecarStartException">A resource file, a component, the data folder or the port is not usable.</exception>
    public static async Task<SidecarHost> StartAsync(
        SidecarOptions options, ILoggerFactory? loggers, TimeProvider? time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        Validate(options);
        var machine = new SidecarMachine(options.DataPath, time ?? TimeProvider.System, loggers ?? NullLoggerFactory.Instance);
        try
        {
            SidecarHost host = await StartAsync(options, machine, cancellationToken);
            host.ownMachine = machine;
            return host;
        }
        catch
        {
            machine.BeginStop();
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one of several sidecars, or the only one; whoever made the machine stops it after them.</summary>
    internal static async Task<SidecarHost> StartAsync(SidecarOptions options, SidecarMachine machine, CancellationToken cancellationToken)
    {
        Validate(options);
        ILogger logger = machine.Loggers.CreateLogger("Gateway.Sidecar");
        var context = new SidecarContext(options, new ResourceLoader(options, logger).Load(), machine);
        IReadOnlyList<ISidecarFeature> features = context.Features = SidecarFeatures.Create(context);
        var host = new SidecarHost(context, features, SidecarServer.Build(context, features, logger), logger);
        try
        {
            await new ComponentOpener(context, features, logger).OpenAllAsync(cancellationToken);
            await host.ListenAsync(cancellationToken);
            machine.Apps.Add(context);
            host.starting = host.FinishStartAsync();
            if (options.AppPort is null) await host.starting.WaitAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops what runs in the background, closes the components and the listener. Safe to call more than once.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref stopped, 1) != 0) return;
        ownMachine?.BeginStop();
        context.Machine.Apps.Remove(context);
        await context.CancelAsync();
        await starting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await probe.WaitUntilStoppedAsync();
        context.Ready.TrySetCanceled(CancellationToken.None);
        // Reverse order, and each feature whatever the others did: an open file must not stay open for another's fault.
        foreach (ISidecarFeature feature in features.Reverse())
        {
            try
            {
                await feature.StopAsync(cancellationToken);
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                SidecarLog.StopFailed(logger, error, feature.GetType().Name);
            }
        }

        await web.StopAsync(cancellationToken);
        // Last: requests that were still being answered may write.
        if (ownMachine is not null) await ownMachine.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        await web.DisposeAsync();
        context.Dispose();
    }

    private static void Validate(SidecarOptions options)
    {
        if (options.AppId.Length == 0) throw new SidecarStartException("the app id is empty");
        if (!IPAddress.TryParse(options.ListenAddress, out _)) throw new SidecarStartException($"{options.ListenAddress}: the listen address must be an IP address");
        if (options.HttpPort is < 0 or > 65535) throw new SidecarStartException($"{options.HttpPort}: the port of the sidecar must be from 0 to 65535");
        if (options.AppPort is < 1 or > 65535) throw new SidecarStartException($"{options.AppPort}: the app's port must be from 1 to 65535");
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        SidecarOptions options = context.Options;
        try
        {
            await web.StartAsync(cancellationToken);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            throw new SidecarStartException(
                $"{options.ListenAddress}:{options.HttpPort}: cannot listen there: {YamlReading.OneLine(error.Message)}", error);
        }

        string address = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        HttpAddress = new Uri(address.Replace("://[::]", "://127.0.0.1", StringComparison.Ordinal).Replace("://0.0.0.0", "://127.0.0.1", StringComparison.Ordinal));
        SidecarLog.Listening(logger, options.AppId, HttpAddress.ToString(), context.Components.Count);
    }

    private async Task FinishStartAsync()
    {
        CancellationToken stopping = context.Stopping;
        try
        {
            if (context.App is { } app)
            {
                SidecarLog.WaitingForApp(logger, app.Port);
                await app.WaitUntilListeningAsync(stopping);
                await probe.StartAsync(stopping);
            }

            foreach (ISidecarFeature feature in features) await feature.StartAsync(stopping);
            context.AppIsThere = true;
            context.Ready.TrySetResult();
            SidecarLog.Ready(logger, context.Options.AppId);
            if (context.App is { IsWatched: true } watched) await FollowAsync(watched, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            context.Ready.TrySetCanceled(stopping);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            SidecarLog.StartFailed(logger, error, context.Options.AppId);
            context.Ready.TrySetException(error);
        }
    }

    /// <summary>Gives up the app whenever it is gone, and takes it in when it is back, until the sidecar stops.</summary>
    private async Task FollowAsync(AppChannel app, CancellationToken stopping)
    {
        while (true)
        {
            await AppWatch.WaitUntilGoneAsync(app, stopping);
            SidecarLog.AppLeft(logger, context.Options.AppId, app.Port);
            context.AppIsThere = false;
            foreach (ISidecarFeature feature in features.Reverse()) await feature.AppLeftAsync();
            await app.WaitUntilListeningAsync(stopping);
            await context.Health.WaitUntilHealthyAsync(stopping);
            foreach (ISidecarFeature feature in features) await feature.AppReturnedAsync(stopping);
            context.AppIsThere = true;
            SidecarLog.AppReturned(logger, context.Options.AppId, app.Port);
        }
    }
}
