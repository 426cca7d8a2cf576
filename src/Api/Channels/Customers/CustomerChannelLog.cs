namespace Gateway.Api.Channels.Customers;

/// <summary>Log messages of customers' channels: events 3540 to 3559.</summary>
internal static partial class CustomerChannelLog
{
    [LoggerMessage(3540, LogLevel.Warning, "Customers who watch device {DeviceId} are behind: a store does not answer; trying again")]
    public static partial void CannotTell(ILogger logger, string deviceId, Exception exception);

    [LoggerMessage(3541, LogLevel.Error, "Telling customers of device {DeviceId} failed")]
    public static partial void TellingFailed(ILogger logger, string deviceId, Exception exception);

    [LoggerMessage(3542, LogLevel.Information, "Device {DeviceId} is watched on as many replicas as may be: customers here learn of it from history, a second later")]
    public static partial void TooManyWatchers(ILogger logger, string deviceId);

    [LoggerMessage(3543, LogLevel.Warning, "Watched devices cannot be looked at: the store does not answer")]
    public static partial void CannotLook(ILogger logger, Exception exception);

    [LoggerMessage(3544, LogLevel.Information, "Watched devices are looked at again")]
    public static partial void LooksAgain(ILogger logger);

    [LoggerMessage(3545, LogLevel.Debug, "Missed events {First} to {Last} of device {DeviceId}; they are read")]
    public static partial void Repairs(ILogger logger, string deviceId, long first, long last);
}
