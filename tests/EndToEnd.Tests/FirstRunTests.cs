using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests;

/// <summary>What keeps the server from starting: one line that names the thing, no stack trace, exit code 1.</summary>
public sealed class FirstRunTests
{
    [Fact]
    public async Task DataFolder_InUse_IsNamed()
    {
        await using var bench = new Bench();
        var first = await GatewayServer.StartAsync(bench);
        var second = GatewayServer.Prepare(bench);

        await RefusesAsync(second, first.DataPath, "in use");
        Assert.False(first.Process.HasExited);
    }

    [Fact]
    public async Task DataFolder_ReadOnly_IsNamed()
    {
        await using var bench = new Bench();
        var server = GatewayServer.Prepare(bench);
        Directory.CreateDirectory(server.DataPath, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        // Root is let in everywhere unless it gives that up.
        string[] prefix = Environment.IsPrivilegedProcess ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];
        await RefusesAsync(server.Launch(prefix), server.DataPath, "not writable");
    }

    [Fact]
    public async Task DataFolder_UnderAFile_IsNamed()
    {
        await using var bench = new Bench();
        var server = GatewayServer.Prepare(bench);
        await File.WriteAllTextAsync(server.DataPath, "");
        server.Settings["Gateway__DataPath"] = Path.Combine(server.DataPath, "below");

        await RefusesAsync(server, server.DataPath);
    }

    [Fact]
    public async Task PublicPort_InUse_IsNamed() => await RefusesPortAsync(server => server.PublicPort, "Gateway__PublicUrl");

    [Fact]
    public async Task AppPort_InUse_IsNamed() => await RefusesPortAsync(server => server.AppPort, "Gateway__AppPort");

    [Fact]
    public async Task SidecarPort_InUse_IsNamed() => await RefusesPortAsync(server => server.SidecarPort, "Gateway__Sidecar__HttpPort");

    [Fact]
    public async Task SidecarAround_ThatDoesNotCome_IsNamed()
    {
        await using var bench = new Bench();
        var server = GatewayServer.Prepare(bench);
        server.Settings["DAPR_HTTP_PORT"] = server.SidecarPort.ToString(CultureInfo.InvariantCulture);
        server.Settings["Gateway__Sidecar__StartTimeout"] = "00:00:01";

        await RefusesAsync(server, "No sidecar answers", "DAPR_HTTP_PORT");
    }

    [Theory]
    [InlineData("apiVersion: [", "line 2")]
    [InlineData("""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: statestore}
        spec: {type: state.nonsense, version: v1, metadata: []}
        """, "state.nonsense")]
    public async Task ComponentFile_WithAnError_IsNamed(string content, string named)
    {
        await using var bench = new Bench();
        var server = GatewayServer.Prepare(bench);
        var components = bench.NewFolder("components");
        await File.WriteAllTextAsync(Path.Combine(components, "broken.yaml"), content + "\n");
        server.Settings["Gateway__ResourcesPath"] = components;

        await RefusesAsync(server, "broken.yaml", named);
    }

    [Fact]
    public async Task Settings_SeveralWrong_AllAreNamed()
    {
        await using var bench = new Bench();
        var server = GatewayServer.Prepare(bench);
        server.Settings["Gateway__Roles"] = "api,actor";
        server.Settings["Gateway__PublicUrl"] = "nonsense";
        server.Settings["Gateway__AppPort"] = "0";
        server.Settings["Gateway__Sidecar__HttpPort"] = "99999";
        server.Settings["Gateway__Queue__MaxAttempts"] = "0";
        server.Settings["Gateway__Sessions__Lifetime"] = "00:00:01";

        await RefusesAsync(
            server, "Gateway:Roles is 'api,actor'", "Gateway:PublicUrl is 'nonsense'", "Gateway:AppPort is 0",
            "Gateway:Sidecar:HttpPort is 99999", "MaxAttempts", "Lifetime");
    }

    [Theory]
    [InlineData("Gateway__AppPort", "many", "Gateway:AppPort")]
    [InlineData("Gateway__Queue__Retention", "long", "Gateway:Queue:Retention")]
    [InlineData("Gateway__DataPath", " ", "Gateway:DataPath")]
    [InlineData("ConnectionStrings__Gateway", "nonsense", "ConnectionStrings:Gateway")]
    [InlineData("ConnectionStrings__Gateway", "Host=127.0.0.1;Port=1;Username=nobody", "127.0.0.1:1")]
    public async Task Setting_NotToBeUsed_IsNamed(string setting, string value, string named)
    {
        await using var bench = new Bench();
        var server = GatewayServer.Prepare(bench);
        server.Settings[setting] = value;

        await RefusesAsync(server, named);
    }

    private static async Task RefusesPortAsync(Func<GatewayServer, int> choose, string setting)
    {
        await using var bench = new Bench();
        var server = GatewayServer.Prepare(bench);
        using var other = new TcpListener(IPAddress.Loopback, choose(server));
        other.Start();

        await RefusesAsync(server, choose(server).ToString(CultureInfo.InvariantCulture), setting);
    }

    private static Task RefusesAsync(GatewayServer server, params IReadOnlyList<string> named) => RefusesAsync(server.Launch(), named);

    private static async Task RefusesAsync(ProgramProcess program, params IReadOnlyList<string> named)
    {
        Assert.Equal(1, await program.ExitAsync());
        var line = Assert.Single(program.Errors.Split('\n'));
        Assert.All(named, name => Assert.Contains(name, line, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", program.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", program.Output + line, StringComparison.Ordinal);
    }
}
