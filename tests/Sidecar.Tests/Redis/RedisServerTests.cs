using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Sidecar.Redis;
using Gateway.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sidecar.Tests.Redis;

/// <summary>The client and a real Redis that it has for itself.</summary>
public sealed class RedisServerTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, "sesame")]
    [InlineData("gateway", "hidden")]
    public async Task SignIn_GoodPassword_IsLetIn(string? user, string password)
    {
        await using RedisServer server = await StartGuardedAsync();
        await using RedisClient client = Connect(server, user, password);
        Assert.Equal("PONG", (await client.ExecuteAsync(new RedisCommand("PING"), Cancelled)).Text);
    }

    [Theory]
    [InlineData(null, null, "NOAUTH Authentication required.")]
    [InlineData(null, "wrong", "WRONGPASS invalid username-password pair or user is disabled.")]
    [InlineData("nobody", "sesame", "WRONGPASS invalid username-password pair or user is disabled.")]
    public async Task SignIn_BadPassword_SaysWhy(string? user, string? password, string reason)
    {
        await using RedisServer server = await StartGuardedAsync();
        await using RedisClient client = Connect(server, user, password);
        RedisException error = await Assert.ThrowsAsync<RedisException>(() => client.ConnectAsync(Cancelled));
        Assert.Equal((RedisFault.Unreachable, $"Redis at {server.Host} cannot be reached: {reason}"), (error.Fault, error.Message));
    }

    [Fact]
    public async Task Restart_CommandsGoOnWithTheSameClient()
    {
        await using RedisServer server = await RedisServer.StartAsync(Cancelled);
        await using RedisClient client = Connect(server, null, null);
        await client.ExecuteAsync(new RedisCommand("SET", "k", "v"), Cancelled);
        await server.KillAsync();
        RedisException error = await Assert.ThrowsAsync<RedisException>(() => client.ExecuteAsync(new RedisCommand("INCR", "n"), Cancelled).AsTask());
        Assert.True(error.Fault is RedisFault.Unreachable or RedisFault.Lost, error.Message);
        await server.StartAgainAsync(Cancelled);
        Assert.Equal("v", (await client.ExecuteAsync(new RedisCommand("GET", "k"), Cancelled)).Text);
    }

    [Fact]
    public async Task Halted_CommandsTimeOutAndGoOnWhenItRunsAgain()
    {
        await using RedisServer server = await RedisServer.StartAsync(Cancelled);
        await using RedisClient client = Connect(server, null, null);
        await client.ConnectAsync(Cancelled);
        await server.PauseAsync();
        RedisException first = await Assert.ThrowsAsync<RedisException>(() => client.ExecuteAsync(new RedisCommand("INCR", "n"), Cancelled).AsTask());
        RedisException second = await Assert.ThrowsAsync<RedisException>(() => client.ExecuteAsync(new RedisCommand("INCR", "n"), Cancelled).AsTask());
        Assert.Equal((RedisFault.TimedOut, RedisFault.Unreachable), (first.Fault, second.Fault));
        await server.ResumeAsync();
        // The first was in Redis' hands when the time was up; the second never left.
        Assert.Equal(2, (await client.ExecuteAsync(new RedisCommand("INCR", "n"), Cancelled)).Integer);
    }

    [Fact]
    public async Task Script_UnknownToRedis_IsSentAndThenKnown()
    {
        await using RedisServer server = await RedisServer.StartAsync(Cancelled);
        await using RedisClient client = Connect(server, null, null);
        var script = new RedisScript("return {KEYS[1], ARGV[1]}");
        for (int i = 0; i < 3; i++)
        {
            RespValue reply = await script.RunAsync(client, ["k"], ["a"], Cancelled);
            Assert.Equal(["k", "a"], reply.Items.Select(item => item.Text));
            if (i == 1) await client.ExecuteAsync(new RedisCommand("SCRIPT", "FLUSH"), Cancelled);
        }
    }

    [Fact]
    public async Task Tls_BothSidesShowTheirCertificates()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("redis-tls-");
        try
        {
            (string certificate, string key) = WriteCertificate(folder.FullName);
            int port = FreePort.Next();
            await using RedisServer server = await RedisServer.StartAsync(
                ["--tls-port", $"{port}", "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate], Cancelled);
            var settings = new RedisSettings { Host = "localhost", Port = port, Tls = true };
            await using var careful = new RedisClient(settings, TimeProvider.System, NullLogger.Instance);
            RedisException error = await Assert.ThrowsAsync<RedisException>(() => careful.ConnectAsync(Cancelled));
            Assert.StartsWith($"Redis at localhost:{port} cannot be reached: TLS failed: ", error.Message, StringComparison.Ordinal);

            // What nobody vouches for is taken when it is not looked at; Redis in turn lets nobody in without a certificate.
            settings = settings with { SkipVerification = true };
            await using var stranger = new RedisClient(settings, TimeProvider.System, NullLogger.Instance);
            await Assert.ThrowsAsync<RedisException>(() => stranger.ConnectAsync(Cancelled));

            settings = settings with { Certificate = X509Certificate2.CreateFromPemFile(certificate, key) };
            await using var known = new RedisClient(settings, TimeProvider.System, NullLogger.Instance);
            byte[] value = RandomNumberGenerator.GetBytes(1 << 20);
            await known.ExecuteAsync(new RedisCommand("SET", "k", value), Cancelled);
            Assert.Equal(value, (await known.ExecuteAsync(new RedisCommand("GET", "k"), Cancelled)).Bytes);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Tls_ServerWithoutIt_SaysSo()
    {
        await using RedisServer server = await RedisServer.StartAsync(Cancelled);
        // Such a Redis waits for the rest of what it takes for a command.
        var settings = new RedisSettings { Host = "127.0.0.1", Port = server.Port, Tls = true, DialTimeout = TimeSpan.FromMilliseconds(500) };
        await using var client = new RedisClient(settings, TimeProvider.System, NullLogger.Instance);
        RedisException error = await Assert.ThrowsAsync<RedisException>(() => client.ConnectAsync(Cancelled));
        Assert.Equal(RedisFault.Unreachable, error.Fault);
    }

    private static Task<RedisServer> StartGuardedAsync() =>
        RedisServer.StartAsync(["--requirepass", "sesame", "--user", "gateway", "on", ">hidden", "~*", "+@all"], Cancelled);

    private static RedisClient Connect(RedisServer server, string? user, string? password) => new(
        new RedisSettings
        {
            Host = "127.0.0.1",
            Port = server.Port,
            User = user,
            Password = password,
            ReadTimeout = TimeSpan.FromSeconds(1),
            ConnectionWait = TimeSpan.FromSeconds(1.5),
        },
        TimeProvider.System,
        NullLogger.Instance);

    private static (string Certificate, string Key) WriteCertificate(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        string certificateFile = Path.Combine(folder, "certificate.pem"), keyFile = Path.Combine(folder, "key.pem");
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificateFile, keyFile);
    }
}
