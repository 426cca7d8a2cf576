namespace Gateway.Storage;

/// <summary>The store cannot be used as it is: the message is one line that names the thing and is fit for the console.</summary>
public sealed class StorageStartException(string message, Exception? innerException = null) : Exception(message, innerException);
