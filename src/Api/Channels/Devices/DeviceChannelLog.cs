namespace Gateway.Api.Channels.Devices;

/// <summary>Log messages of devices' channels: events 3520 to 3539.</summary>
internal static partial class DeviceChannelLog
{
    [LoggerMessage(3520, LogLevel.Warning, "Commands of device {DeviceId} cannot be read to send them; trying again")]
    public static partial void CannotRead(ILogger logger, string deviceId, Exception exception);

    [LoggerMessage(3521, LogLevel.Error, "Sending commands to device {DeviceId} failed")]
    public static partial void DispatchFailed(ILogger logger, string deviceId, Exception exception);

    [LoggerMessage(3522, LogLevel.Warning, "The socket of device {DeviceId} cannot be attached: the queue does not answer")]
    public static partial void CannotAttach(ILogger logger, string deviceId, Exception exception);

    [LoggerMessage(3523, LogLevel.Warning, "Sockets cannot be detached now (first that of device {DeviceId}); each is when its head is next looked at")]
    public static partial void CannotDetach(ILogger logger, string deviceId, Exception exception);

    [LoggerMessage(3524, LogLevel.Warning, "The credentials of connected devices cannot be checked: the store does not answer")]
    public static partial void CannotCheck(ILogger logger, Exception exception);
}
