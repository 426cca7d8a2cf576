using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;

namespace Dapr.Actors.Communication;

/// <summary>One actor interface: its own methods (not those it inherits) and its name on the wire.</summary>
internal sealed class ActorInterface
{
    private static readonly ConcurrentDictionary<Type, ActorInterface> Known = new();
    private static readonly ConcurrentDictionary<MethodInfo, ActorMethod> KnownMethods = new();
    private readonly Dictionary<MethodInfo, ActorMethod> methods;

    private ActorInterface(Type type)
    {
        if (!IsActorInterface(type))
            throw new ArgumentException($"'{type.FullName}' is no actor interface: it and all that it derives from must derive from IActor.", nameof(type));
        if (type.IsGenericType)
            throw new ArgumentException($"Actor interface '{type.FullName}' must not be generic.", nameof(type));

        Id = Crc64.Id(type.Namespace + type.Name);
        methods = type.GetMethods().ToDictionary(method => method, method => new ActorMethod(method, Id));
        if (methods.Values.DistinctBy(method => method.Name).Count() != methods.Count)
            throw new ArgumentException($"Methods of actor interface '{type.FullName}' must not be overloaded.", nameof(type));
        ById = methods.Values.ToFrozenDictionary(method => method.Id);
    }

    public int Id { get; }

    public FrozenDictionary<int, ActorMethod> ById { get; }

    public static ActorInterface Of(Type type) => Known.GetOrAdd(type, static type => new ActorInterface(type));

    public static ActorMethod Method(MethodInfo method) =>
        KnownMethods.GetOrAdd(method, static method => Of(method.DeclaringType!).methods[method]);

    /// <summary>Fails for an interface that cannot be called remotely.</summary>
    public static void RequireWithParents(Type type)
    {
        Of(type);
        foreach (var parent in type.GetInterfaces()) Of(parent);
    }

    /// <summary>Whether an interface and all that it derives from derive from <see cref="IActor"/>.</summary>
    public static bool IsActorInterface(Type type) =>
        type.IsInterface
        && typeof(IActor).IsAssignableFrom(type)
        && Array.TrueForAll(type.GetInterfaces(), parent => typeof(IActor).IsAssignableFrom(parent));
}
