using Gateway.Api.Channels;
using Gateway.Api.Channels.Devices;
using Gateway.Api.Surfaces.Gateway.Devices;
using Gateway.Core.Queue;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Surfaces.Gateway.Channels;

/// <summary>What connected devices are told of settings: once when they connect, and again when one changes while the program runs.</summary>
internal sealed class DeviceConfig : IDisposable
{
    private readonly IOptionsMonitor<HeartbeatOptions> heartbeats;
    private readonly IOptionsMonitor<ChannelOptions> options;
    private readonly DeviceChannels channels;
    private readonly IDisposable?[] changes;
    private readonly Lock gate = new();
    private ConfigUpdate current;

    /// <summary>Made by the container.</summary>
    public DeviceConfig(IOptionsMonitor<HeartbeatOptions> heartbeats, IOptionsMonitor<ChannelOptions> options, DeviceChannels channels)
    {
        (this.heartbeats, this.options, this.channels) = (heartbeats, options, channels);
        current = Read();
        changes = [heartbeats.OnChange(_ => Update()), options.OnChange(_ => Update())];
    }

    /// <summary>The message <c>config_update</c>, as things are.</summary>
    public ReadOnlyMemory<byte> Message
    {
        get { lock (gate) return GatewayMessages.Of("config_update", current, Answer.Json.ConfigUpdate); }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var change in changes) change?.Dispose();
    }

    private void Update()
    {
        lock (gate)
        {
            // Any file that is saved counts as a change.
            if (Read() is var read && read == current) return;
            current = read;
        }

        var message = Message;
        foreach (var channel in channels.All) (channel.Line as SocketLine)?.Socket.TrySend(message);
    }

    private ConfigUpdate Read() => new(
        (int)heartbeats.CurrentValue.Interval.TotalMilliseconds,
        QueueLimits.Default.MaxInFlight,
        options.CurrentValue.OutputChunkBytes,
        options.CurrentValue.OutputPerSecond);
}

/// <summary>What a device should keep to.</summary>
/// <param name="HeartbeatMs">How long to wait between two <c>status</c> messages.</param>
/// <param name="MaxInFlight">Most commands that it is given at once over its socket.</param>
/// <param name="OutputChunkBytes">Most text in one <c>output</c> message, in bytes of UTF-8.</param>
/// <param name="OutputPerSecond">Most <c>output</c> messages in a second, of all its commands together.</param>
internal sealed record ConfigUpdate(int HeartbeatMs, int MaxInFlight, int OutputChunkBytes, int OutputPerSecond);
