using Gateway.Sidecar.Actors;
using Gateway.Sidecar.Bindings;
using Gateway.Sidecar.Conversation;
using Gateway.Sidecar.Invoke;
using Gateway.Sidecar.Jobs;
using Gateway.Sidecar.PubSub;
using Gateway.Sidecar.Secrets;
using Gateway.Sidecar.State;
using Gateway.Sidecar.SystemApi;

namespace Gateway.Sidecar.Hosting;

/// <summary>The building blocks of the sidecar, in the order in which they start.</summary>
internal static class SidecarFeatures
{
    // Secrets come first, since other components may refer to them. Actors ask the app for /dapr/config and publish and
    // subscribe asks it for /dapr/subscribe: daprd asks in this order.
    public static IReadOnlyList<ISidecarFeature> Create(SidecarContext context) =>
    [
        new SecretsFeature(context),
        new StateFeature(context),
        new InvokeFeature(context),
        new ActorsFeature(context),
        new PubSubFeature(context),
        new JobsFeature(context),
        new BindingsFeature(context),
        new ConversationFeature(context),
        new SystemFeature(context),
    ];
}
