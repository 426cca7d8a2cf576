namespace Gateway.Api.Auth.Jwks;

internal static partial class JwksLog
{
    [LoggerMessage(3201, LogLevel.Information, "Read the key set at {Address}: {Keys} keys in use, {Skipped} skipped")]
    public static partial void Read(ILogger logger, Uri address, int keys, int skipped);

    [LoggerMessage(3202, LogLevel.Warning, "Cannot read the key set at {Address} ({Failure}); the last good keys ({Keys}) stay in use, reads go on")]
    public static partial void NotReadable(ILogger logger, Uri address, JwksFailure failure, int keys);
}
