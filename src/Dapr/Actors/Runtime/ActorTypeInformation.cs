using System.Reflection;
using Dapr.Actors.Communication;

namespace Dapr.Actors.Runtime;

/// <summary>What the runtime knows of an actor class.</summary>
public sealed class ActorTypeInformation
{
    private ActorTypeInformation(Type type, string name, Type[] interfaces)
    {
        ImplementationType = type;
        ActorTypeName = name;
        InterfaceTypes = interfaces;
        IsAbstract = type.IsAbstract;
        IsRemindable = typeof(IRemindable).IsAssignableFrom(type);
    }

    /// <summary>The actor's type on the wire.</summary>
    public string ActorTypeName { get; }

    /// <summary>The class.</summary>
    public Type ImplementationType { get; }

    /// <summary>The actor interfaces that it implements.</summary>
    public IEnumerable<Type> InterfaceTypes { get; }

    /// <summary>Whether the class is abstract.</summary>
    public bool IsAbstract { get; }

    /// <summary>Whether it takes reminders.</summary>
    public bool IsRemindable { get; }

    /// <summary>Looks at a class.</summary>
    /// <param name="actorType">The class.</param>
    /// <param name="actorTypeName">Its type on the wire; null for what <see cref="ActorAttribute"/> or the class says.</param>
    /// <exception cref="ArgumentException">It is no actor, or implements no actor interface.</exception>
    public static ActorTypeInformation Get(Type actorType, string? actorTypeName)
    {
        ArgumentNullException.ThrowIfNull(actorType);
        if (!actorType.IsSubclassOf(typeof(Actor)))
            throw new ArgumentException($"'{actorType.FullName}' does not derive from {typeof(Actor).FullName}.", nameof(actorType));

        var interfaces = Array.FindAll(actorType.GetInterfaces(), ActorInterface.IsActorInterface);
        if (interfaces.Length == 0 && !actorType.IsAbstract)
            throw new ArgumentException($"'{actorType.FullName}' implements no actor interface.", nameof(actorType));

        var name = actorTypeName ?? actorType.GetCustomAttribute<ActorAttribute>()?.TypeName ?? actorType.Name;
        return new ActorTypeInformation(actorType, name, interfaces);
    }
}
