using Microsoft.Extensions.DependencyInjection;

namespace Dapr.Actors.Runtime;

/// <summary>Makes the actors of one class by dependency injection, each with a scope of its own for as long as it is active.</summary>
internal sealed class ActorActivator(IServiceProvider services, ActorTypeInformation type)
{
    private readonly Lazy<ObjectFactory> factory = new(() =>
        ActivatorUtilities.CreateFactory(type.ImplementationType, [typeof(ActorHost)]));

    public async Task<ActivatedActor> CreateAsync(ActorHost host)
    {
        var scope = services.CreateAsyncScope();
        try
        {
            return new ActivatedActor((Actor)factory.Value(scope.ServiceProvider, [host]), scope);
        }
        catch
        {
            await scope.DisposeAsync();
            throw;
        }
    }
}

/// <summary>An actor and its scope, which end together.</summary>
internal sealed class ActivatedActor(Actor actor, AsyncServiceScope scope) : IAsyncDisposable
{
    public Actor Actor => actor;

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (actor is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync();
            else if (actor is IDisposable disposable) disposable.Dispose();
        }
        finally
        {
            await scope.DisposeAsync();
        }
    }
}
