using Gateway.Api.Auth.Devices;
using Gateway.Api.Channels.Sockets;

namespace Gateway.Api.Channels.Devices;

/// <summary>
/// Looks after the devices that are connected here: counts them as heard of, and closes the sockets of those that were suspended or provisioned
/// anew, on whatever replica, within five seconds. Both cost one statement for all of them.
/// </summary>
internal sealed class DeviceWatch(DeviceChannels channels, IDeviceCredentialStore credentials, TimeProvider time, ILogger<DeviceWatch> logger)
    : BackgroundService
{
    /// <summary>How often credentials are checked.</summary>
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(3);

    /// <summary>How often presence is noted, a check exact.</summary>
    private static readonly TimeSpan TouchInterval = TimeSpan.FromSeconds(30);

    private const int DevicesPerCheck = 1_000;

    private bool failing;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(CheckInterval, time);
        try
        {
            for (var touchedAt = time.GetTimestamp(); await timer.WaitForNextTickAsync(stoppingToken);)
            {
                if (time.GetElapsedTime(touchedAt) >= TouchInterval)
                {
                    touchedAt = time.GetTimestamp();
                    foreach (var channel in channels.All) channels.Touch(channel);
                }

                await CheckAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var some in channels.All.Where(channel => channel.SecretHash is not null).Chunk(DevicesPerCheck))
            {
                var known = await credentials.FindAsync([.. some.Select(channel => channel.DeviceId).Distinct()], cancellationToken);
                foreach (var channel in some)
                    if (!IsGood(channel, known)) channel.Line.End(SocketClose.Revoked);
            }

            failing = false;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // As long as nobody can tell, a device may stay: nothing else could be done with it either.
            if (!failing) DeviceChannelLog.CannotCheck(logger, e);
            failing = true;
        }
    }

    private static bool IsGood(DeviceChannel channel, IReadOnlyDictionary<string, DeviceCredential> known) =>
        known.TryGetValue(channel.DeviceId, out var credential)
        && credential.Access == DeviceAccess.Allowed
        && CredentialHash.AreEqual(credential.SecretHash, channel.SecretHash!);
}
