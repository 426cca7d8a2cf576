namespace Dapr;

/// <summary>An operation that the sidecar refused, could not do, or could not be asked to do.</summary>
public class DaprException : Exception
{
    /// <summary>Makes the exception with a message alone.</summary>
    public DaprException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with what caused it: a <see cref="DaprApiException"/> when the sidecar answered with an error.</summary>
    public DaprException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
