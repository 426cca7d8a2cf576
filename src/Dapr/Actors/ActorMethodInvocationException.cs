namespace Dapr.Actors;

/// <summary>An actor method threw. The inner exception is an <see cref="ActorInvokeException"/> with what it threw.</summary>
public class ActorMethodInvocationException : DaprApiException
{
    private const string InvokeMethod = "ERR_ACTOR_INVOKE_METHOD";

    /// <summary>Makes the exception without a message.</summary>
    public ActorMethodInvocationException()
        : base(InvokeMethod, false)
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public ActorMethodInvocationException(string message, bool isTransient)
        : base(message, InvokeMethod, isTransient)
    {
    }

    /// <summary>Makes the exception with what the method threw.</summary>
    public ActorMethodInvocationException(string message, Exception? innerException, bool isTransient)
        : base(message, innerException, InvokeMethod, isTransient)
    {
    }
}
