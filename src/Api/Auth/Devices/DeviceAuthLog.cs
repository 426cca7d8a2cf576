namespace Gateway.Api.Auth.Devices;

internal static partial class DeviceAuthLog
{
    [LoggerMessage(3301, LogLevel.Warning, "Cannot check a device's credentials: the store does not answer")]
    public static partial void StoreUnavailable(ILogger logger, Exception problem);

    [LoggerMessage(3302, LogLevel.Debug, "Refused a device's attempt to authenticate unseen, for {Wait}: too many wrong secrets")]
    public static partial void TooManyAttempts(ILogger logger, TimeSpan wait);
}
