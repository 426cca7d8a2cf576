using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Channels;

/// <summary>
/// Settings under <c>Gateway:Channels</c>. (<c>ReconnectGrace</c> of the same section is the queue's: <see cref="Gateway.Queue.QueueOptions.ReconnectGrace"/>.)
/// </summary>
internal sealed class ChannelOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Gateway:Channels";

    /// <summary>Pages that may open sockets besides those of the same host, as origins: <c>https://portal.example.org</c>. Default none.</summary>
    public IList<string> AllowedOrigins { get; set; } = [];

    /// <summary>How long a socket is silent before it is pinged. Default 20 s; 1 s to 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")] public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a peer has for its pong; then the connection is lost. Default 20 s; 1 s to 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")] public TimeSpan PongTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Messages that a peer may send in a second, and at once (gateway-api.md, "Rate Limiting"). Default 10; 1 to 10,000.</summary>
    [Range(1, 10_000)] public int MessagesPerSecond { get; set; } = 10;

    /// <summary>Most messages that wait for one slow reader. Default 256; 16 to 100,000.</summary>
    [Range(16, 100_000)] public int SendMessages { get; set; } = 256;

    /// <summary>Most bytes that wait for one slow reader; one message of any size goes when none waits. Default 1 MiB; 64 KiB to 64 MiB.</summary>
    [Range(64 * 1024, 64 * 1024 * 1024)] public int SendBytes { get; set; } = 1024 * 1024;

    /// <summary>How long one message may take to be handed to the transport. Default 20 s; 1 s to 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")] public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the end of a socket may take: what is still to be sent, and the peer's close frame. Default 5 s; 1 s to 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")] public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>When the server stops, over how long peers at most are told to spread their return. Default 5 s; 0 to 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")] public TimeSpan ReconnectSpread { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A device that sends no message for this long is closed, as it hangs. Default 5 minutes; 90 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:01:30", "1.00:00:00")] public TimeSpan DeviceIdleTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Most connections of one customer on one replica. Default 20; 1 to 10,000.</summary>
    [Range(1, 10_000)] public int ConnectionsPerCustomer { get; set; } = 20;

    /// <summary>How much text a device is told to put into one chunk of output, in bytes of UTF-8. Default 16 KiB; 256 B to 128 KiB.</summary>
    [Range(256, 128 * 1024)] public int OutputChunkBytes { get; set; } = 16 * 1024;

    /// <summary>How many chunks of output a device is told to send in a second, of all its commands together. Default 5; 1 to 10,000.</summary>
    [Range(1, 10_000)] public int OutputPerSecond { get; set; } = 5;
}

/// <summary>Reports what attributes cannot say of <see cref="ChannelOptions"/>.</summary>
internal sealed class ChannelOptionsValidator : IValidateOptions<ChannelOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, ChannelOptions options)
    {
        var errors = options.AllowedOrigins.Where(origin => !IsOrigin(origin))
            .Select(origin => $"{ChannelOptions.Section}:AllowedOrigins has '{origin}'; it takes origins such as https://portal.example.org.")
            .ToList();
        if (options.OutputPerSecond >= options.MessagesPerSecond)
        {
            errors.Add($"{ChannelOptions.Section}:OutputPerSecond is {options.OutputPerSecond}; it must be below MessagesPerSecond, "
                + $"which is {options.MessagesPerSecond}, to leave room for other messages.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && text == url.GetLeftPart(UriPartial.Authority);
}
