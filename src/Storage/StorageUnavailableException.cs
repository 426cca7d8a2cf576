namespace Gateway.Storage;

/// <summary>
/// The relational store does not answer, or cannot write now; the same call may succeed later. The surfaces map it to 503.
/// It says nothing about whether a write took effect.
/// </summary>
public sealed class StorageUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);
