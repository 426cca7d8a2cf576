using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Sidecar.Components;

namespace Gateway.Sidecar.Redis;

/// <summary>
/// How a component reaches Redis: the metadata that Dapr's Redis components share, by the same names
/// (https://docs.dapr.io/reference/components-reference/supported-state-stores/setup-redis/). Those of Dapr's connection pool mean nothing
/// here, where all commands share one connection: <c>poolSize</c>, <c>minIdleConns</c>, <c>maxConnAge</c>, <c>idleTimeout</c>,
/// <c>idleCheckFrequency</c>. Writing counts as waiting for the reply, so neither does <c>writeTimeout</c>.
/// </summary>
internal sealed record RedisSettings
{
    private const int DefaultPort = 6379;

    // What asks for another kind of server or sign-in than there is here: never taken for a plain one without a word.
    private static readonly string[] UnsupportedFlags = ["failover", "useEntraID", "useAzureAD", "useOIDC"];

    public required string Host { get; init; }

    public int Port { get; init; } = DefaultPort;

    /// <summary>Host and port as errors and logs show them.</summary>
    public string Address => Host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    /// <summary><c>redisUsername</c>; null signs in as Redis' default user.</summary>
    public string? User { get; init; }

    /// <summary><c>redisPassword</c>; null does not sign in.</summary>
    public string? Password { get; init; }

    /// <summary><c>redisDB</c>, default 0.</summary>
    public int Database { get; init; }

    /// <summary><c>enableTLS</c>.</summary>
    public bool Tls { get; init; }

    /// <summary><c>insecureSkipTLSVerify</c>: any certificate will do.</summary>
    public bool SkipVerification { get; init; }

    /// <summary><c>clientCert</c> and <c>clientKey</c>, PEM; or null.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>How often a command that did not run, or may run twice, is tried again: <c>redisMaxRetries</c>, default 3, -1 is never.</summary>
    public int MaxRetries { get; init; } = 3;

    /// <summary>First pause between two tries or connections; it doubles each time. <c>redisMinRetryInterval</c>, default 8 ms.</summary>
    public TimeSpan MinRetryInterval { get; init; } = TimeSpan.FromMilliseconds(8);

    /// <summary>Longest such pause: <c>redisMaxRetryInterval</c>, default 512 ms.</summary>
    public TimeSpan MaxRetryInterval { get; init; } = TimeSpan.FromMilliseconds(512);

    /// <summary>Longest time to connect and sign in: <c>dialTimeout</c>, default 5 s.</summary>
    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time for a reply: <c>readTimeout</c>, default 3 s; infinite for -1.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Longest time that a command waits for a connection: <c>poolTimeout</c>, default <c>readTimeout</c> and a second.</summary>
    public TimeSpan ConnectionWait { get; init; } = TimeSpan.FromSeconds(4);

    public static RedisSettings Of(ComponentSpec component)
    {
        if (component.Text("redisType") is { } type && type is not "node")
            throw new ComponentException($"redisType '{type}' is not supported here; only node is");
        foreach (string flag in UnsupportedFlags)
        {
            if (component.Flag(flag)) throw new ComponentException($"{flag} is not supported here");
        }

        (string host, int port) = ReadHost(component);
        TimeSpan readTimeout = Duration(component, "readTimeout", TimeSpan.FromSeconds(3));
        TimeSpan wait = Duration(component, "poolTimeout", readTimeout + TimeSpan.FromSeconds(1));
        return new RedisSettings
        {
            Host = host,
            Port = port,
            User = component.Text("redisUsername"),
            Password = component.Text("redisPassword"),
            Database = Number(component, "redisDB", 0),
            Tls = component.Flag("enableTLS"),
            SkipVerification = component.Flag("insecureSkipTLSVerify"),
            Certificate = ReadCertificate(component),
            // As in the client of daprd, 0 is the default and only -1 turns it off.
            MaxRetries = Number(component, "redisMaxRetries", 0) is not 0 and var retries ? Math.Max(0, retries) : 3,
            MinRetryInterval = Duration(component, "redisMinRetryInterval", TimeSpan.FromMilliseconds(8)),
            MaxRetryInterval = Duration(component, "redisMaxRetryInterval", TimeSpan.FromMilliseconds(512)),
            DialTimeout = Duration(component, "dialTimeout", TimeSpan.FromSeconds(5)),
            ReadTimeout = readTimeout,
            ConnectionWait = readTimeout == Timeout.InfiniteTimeSpan ? Timeout.InfiniteTimeSpan : wait,
        };
    }

    /// <summary>The pause before try number <paramref name="attempt"/> (from 0): doubling, with up to half of it left to chance.</summary>
    public TimeSpan RetryPause(int attempt)
    {
        if (MinRetryInterval <= TimeSpan.Zero) return TimeSpan.Zero;
        TimeSpan longest = MinRetryInterval * (1 << Math.Min(attempt, 16));
        if (longest > MaxRetryInterval && MaxRetryInterval > TimeSpan.Zero) longest = MaxRetryInterval;
        return longest * (1 - (Random.Shared.NextDouble() / 2));
    }

    /// <summary>A whole number that is not negative, or -1.</summary>
    /// <exception cref="ComponentException">It is another.</exception>
    public static int Number(ComponentSpec component, string name, int standard)
    {
        if (component.Text(name) is not { } text) return standard;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= -1
            ? number
            : throw new ComponentException($"{name} '{text}' is no number");
    }

    // A bare number is milliseconds in these components, and a negative one stands for never. 0 is the default, as for the client of daprd.
    private static TimeSpan Duration(ComponentSpec component, string name, TimeSpan standard)
    {
        if (component.Text(name) is not { } text) return standard;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int milliseconds))
        {
            if (milliseconds < 0) return Timeout.InfiniteTimeSpan;
            return milliseconds == 0 ? standard : TimeSpan.FromMilliseconds(milliseconds);
        }

        if (!GoDuration.TryParse(text, out TimeSpan duration) || duration < TimeSpan.Zero)
            throw new ComponentException($"{name} '{text}' is no duration; write for example 500ms or 3s");
        return duration == TimeSpan.Zero ? standard : duration;
    }

    private static (string Host, int Port) ReadHost(ComponentSpec component)
    {
        string address = component.Text("redisHost") ?? throw new ComponentException("redisHost is missing");
        if (address.Contains(',', StringComparison.Ordinal)) throw new ComponentException($"redisHost '{address}' names several hosts, which is not supported here");
        int? port = component.Text("redisPort") is { } own ? Port(own, "redisPort") : null;
        int colon = address.LastIndexOf(':');
        bool bracketed = address.StartsWith('[');
        // More than one colon outside of brackets is an address of IPv6 without a port.
        bool hasPort = colon >= 0 && (bracketed ? address[colon - 1] == ']' : address.IndexOf(':') == colon);
        if (!hasPort) return (address.Trim('[', ']'), port ?? DefaultPort);
        int named = Port(address[(colon + 1)..], "redisHost");
        if (port is { } other && other != named)
            throw new ComponentException($"redisHost '{address}' has the port {named}, but redisPort says {other}; remove one of them");
        return (address[..colon].Trim('[', ']'), named);

        static int Port(string text, string name) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and < 65536
            ? number
            : throw new ComponentException($"{name}: '{text}' is no port");
    }

    private static X509Certificate2? ReadCertificate(ComponentSpec component)
    {
        if (component.Text("clientCert") is not { } certificate || component.Text("clientKey") is not { } key) return null;
        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (CryptographicException error)
        {
            throw new ComponentException($"clientCert and clientKey are no certificate with its key in PEM: {YamlReading.OneLine(error.Message)}", error);
        }
    }
}
