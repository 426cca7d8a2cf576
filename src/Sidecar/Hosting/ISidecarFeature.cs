using Gateway.Sidecar.Components;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.Hosting;

// How a building block plugs into the sidecar
// -------------------------------------------
// 1. A class implements ISidecarFeature and takes a SidecarContext in its constructor: options, resources from the YAML
//    files, state stores, secret stores, the channel to the app, the clock, loggers.
// 2. It is named once, in SidecarFeatures.Create; the order there is the order of every step below.
// 3. The host then calls, in this order:
//      AddComponentAsync  for every component of the resources (secret stores first), before anything listens;
//      Map                once, to add its routes; handlers answer errors with DaprError.WriteAsync;
//      StartAsync         once the app listens (and is healthy, where app health checks are on), or at once without an app;
//                         /v1.0/healthz turns to 204 when all features have started;
//      AppLeftAsync       where several apps share the process: the app is gone, and the others are to take over from it;
//      AppReturnedAsync   it listens again, as another process that is to be asked for its declarations anew;
//      Describe           whenever /v1.0/metadata is asked;
//      StopAsync          on shutdown, in reverse order, while the HTTP API still answers and the state stores are open.
// A feature that follows the app's health watches context.Health.

/// <summary>One building block of the sidecar: its components, its routes, its life and its part of the metadata.</summary>
internal interface ISidecarFeature
{
    /// <summary>
    /// Opens a component when its type is one of this feature's, and answers its capabilities as /v1.0/metadata lists them;
    /// null when the type is not one of its own. What is wrong with a component is a <see cref="ComponentException"/>.
    /// </summary>
    ValueTask<IReadOnlyList<string>?> AddComponentAsync(ComponentSpec component, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<string>?>(null);

    /// <summary>Adds the routes of the feature.</summary>
    void Map(SidecarRoutes routes);

    /// <summary>Starts what needs the app: it listens by now.</summary>
    Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The app is gone, while the sidecar goes on: takes back what <see cref="StartAsync"/> did with it. In reverse order.</summary>
    Task AppLeftAsync() => Task.CompletedTask;

    /// <summary>The app is back after <see cref="AppLeftAsync"/>, as a process that knows nothing of the one before.</summary>
    Task AppReturnedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends background work; also called when the start did not get far.</summary>
    Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Adds the feature's part to the answer of /v1.0/metadata.</summary>
    void Describe(MetadataDocument metadata)
    {
    }
}
