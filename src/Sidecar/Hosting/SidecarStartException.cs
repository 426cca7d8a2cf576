namespace Gateway.Sidecar.Hosting;

/// <summary>The sidecar cannot start; the message is one line that says what to change, and where.</summary>
public sealed class SidecarStartException : Exception
{
    /// <summary>With the line to show.</summary>
    public SidecarStartException(string message) : base(message)
    {
    }

    /// <summary>With the line to show and what led to it.</summary>
    public SidecarStartException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>Without a line; exists for the conventions of exceptions.</summary>
    public SidecarStartException()
    {
    }
}
