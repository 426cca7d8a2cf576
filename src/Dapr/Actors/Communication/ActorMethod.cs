using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Dapr.Actors.Communication;

/// <summary>One method of an actor interface, as it is called and as it is named on the wire.</summary>
internal sealed class ActorMethod
{
    private readonly MethodInvoker invoker;

    public ActorMethod(MethodInfo method, int interfaceId)
    {
        var parameters = method.GetParameters();
        var type = method.DeclaringType!;
        HasCancellationToken = parameters is [.., { ParameterType: var last }] && last == typeof(CancellationToken);
        Arguments = HasCancellationToken ? parameters[..^1] : parameters;
        Result = ActorResult.Of(method.ReturnType)
            ?? throw new ArgumentException($"Method '{method.Name}' of actor interface '{type.FullName}' must return Task or Task<T>.");
        if (Array.Exists(Arguments, argument => argument.ParameterType == typeof(CancellationToken)))
            throw new ArgumentException($"The token of method '{method.Name}' of actor interface '{type.FullName}' must be its last parameter.");
        if (method.IsGenericMethod)
            throw new ArgumentException($"Method '{method.Name}' of actor interface '{type.FullName}' must not be generic.");

        InterfaceId = interfaceId;
        Id = Crc64.Id(type.Name + type.Namespace + method.Name);
        Info = method;
        invoker = MethodInvoker.Create(method);
    }

    public MethodInfo Info { get; }

    public string Name => Info.Name;

    public int InterfaceId { get; }

    public int Id { get; }

    /// <summary>The parameters without the token.</summary>
    public ParameterInfo[] Arguments { get; }

    public bool HasCancellationToken { get; }

    public ActorResult Result { get; }

    /// <summary>Calls the method on an actor. What it throws comes out as it was thrown.</summary>
    /// <returns>Its result; null for a method without one.</returns>
    public async Task<object?> InvokeAsync(object actor, object?[] arguments, CancellationToken cancellationToken)
    {
        object?[] all = HasCancellationToken ? [.. arguments, cancellationToken] : arguments;
        object? task;
        try
        {
            task = invoker.Invoke(actor, all.AsSpan());
        }
        catch (TargetInvocationException exception) when (exception.InnerException is { } inner)
        {
            ExceptionDispatchInfo.Throw(inner);
            throw;
        }

        return await Result.FromActor((Task)task!);
    }
}
