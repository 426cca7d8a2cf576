namespace Dapr;

/// <summary>
/// The sidecar's own error answer, <c>{"errorCode":"ERR_…","message":"…"}</c> (Dapr, "Error codes returned by APIs").
/// </summary>
public class DaprApiException : DaprException
{
    private const string UnknownErrorCode = "UNKNOWN";

    /// <summary>Makes the exception without a message, with error code <c>UNKNOWN</c>.</summary>
    public DaprApiException()
        : this(string.Empty, null, null, false)
    {
    }

    /// <summary>Makes the exception with error code <c>UNKNOWN</c>.</summary>
    public DaprApiException(string message)
        : this(message, null, null, false)
    {
    }

    /// <summary>Makes the exception with error code <c>UNKNOWN</c> and its cause.</summary>
    public DaprApiException(string message, Exception? innerException)
        : this(message, innerException, null, false)
    {
    }

    /// <summary>Makes the exception without a message.</summary>
    public DaprApiException(string? errorCode, bool isTransient)
        : this(string.Empty, null, errorCode, isTransient)
    {
    }

    /// <summary>Makes the exception with what the sidecar said.</summary>
    public DaprApiException(string message, string? errorCode, bool isTransient)
        : this(message, null, errorCode, isTransient)
    {
    }

    /// <summary>Makes the exception with what the sidecar said and its cause.</summary>
    public DaprApiException(string message, Exception? inner, string? errorCode, bool isTransient)
        : base(message, inner)
    {
        ErrorCode = errorCode ?? UnknownErrorCode;
        IsTransient = isTransient;
    }

    /// <summary>Dapr's code, such as <c>ERR_STATE_SAVE</c>; <c>UNKNOWN</c> when the answer carried none.</summary>
    public string ErrorCode { get; }

    /// <summary>Whether the same call may succeed when it is made again.</summary>
    public bool IsTransient { get; }
}
