namespace Gateway.Sidecar.Conversation;

/// <summary>A request that no model can be asked, in the words of daprd 1.18, whose format string lacks a place for the reason.</summary>
internal sealed class InvalidParametersException : Exception
{
    private InvalidParametersException(string message) : base(message)
    {
    }

    /// <summary>A reason that daprd has as a text.</summary>
    public static InvalidParametersException Text(string reason) => new($"invalid params%!(EXTRA string={reason})");

    /// <summary>A reason that daprd has as an error.</summary>
    public static InvalidParametersException Error(string reason) => new($"invalid params%!(EXTRA *errors.errorString={reason})");
}
