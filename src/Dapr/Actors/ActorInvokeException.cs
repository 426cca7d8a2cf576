namespace Dapr.Actors;

/// <summary>What an actor method threw, as far as it travels: the exception's type name and message.</summary>
public class ActorInvokeException : Exception
{
    /// <summary>Makes the exception without a message.</summary>
    public ActorInvokeException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="actualExceptionType">The full name of the type that was thrown.</param>
    /// <param name="message">Its message.</param>
    public ActorInvokeException(string? actualExceptionType, string? message)
        : base(message)
    {
        ActualExceptionType = actualExceptionType;
    }

    /// <summary>The full name of the type that was thrown.</summary>
    public string? ActualExceptionType { get; private set; }
}
