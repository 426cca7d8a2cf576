using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Gateway.Agent.Work;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Tests.Commands;

/// <summary>The commands that only look, on this machine.</summary>
public sealed class LookingCommandsTests : IDisposable
{
    private readonly CommandBench bench = new();

    public void Dispose() => bench.Dispose();

    [Fact]
    public async Task SystemInfo_OnThisMachine_TellsWhatItIs()
    {
        JsonNode answer = await bench.AskAsync("system_info");

        Assert.Equal(Environment.MachineName, (string?)answer["hostname"]);
        Assert.Equal(Environment.ProcessorCount, (int)answer["cpuCount"]!);
        Assert.True((long)answer["memoryTotalBytes"]! > (long)answer["memoryAvailableBytes"]!);
        Assert.True((double)answer["uptimeSeconds"]! > 0);
        Assert.NotNull(answer["kernel"]);
        Assert.NotNull(answer["load1"]);
    }

    [Fact]
    public async Task DiskUsage_OnThisMachine_HoldsTheRootFileSystem()
    {
        JsonNode root = (await bench.AskAsync("disk_usage"))["disks"]!.AsArray().Single(disk => (string?)disk!["mount"] == "/")!;

        Assert.InRange((double)root["usedPercent"]!, 0.1, 100);
        Assert.True((long)root["totalBytes"]! >= (long)root["usedBytes"]! + (long)root["availableBytes"]!);
    }

    [Fact]
    public async Task ProcessList_ByPid_HoldsThisProcess()
    {
        JsonNode answer = await bench.AskAsync("process_list", new { limit = 500, sort = "pid" });
        JsonNode self = answer["processes"]!.AsArray().Single(process => (int)process!["pid"]! == Environment.ProcessId)!;

        Assert.True((long)self["memoryBytes"]! > 1024 * 1024);
        Assert.True((double)self["cpuSeconds"]! > 0);
        Assert.True((int)answer["total"]! >= answer["processes"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("memory", "memoryBytes")]
    [InlineData("cpu", "cpuSeconds")]
    public async Task ProcessList_Limited_HoldsTheLargest(string sort, string field)
    {
        JsonArray processes = (await bench.AskAsync("process_list", new { limit = 3, sort }))["processes"]!.AsArray();
        double[] values = [.. processes.Select(process => (double)process![field]!)];

        Assert.Equal(3, values.Length);
        Assert.Equal(values.OrderDescending(), values);
    }

    [Fact]
    public async Task NetworkInterfaces_OnThisMachine_HoldTheLoopback()
    {
        JsonArray links = (await bench.AskAsync("network_interfaces"))["interfaces"]!.AsArray();

        Assert.Contains(links, link => link!["addresses"]!.AsArray().Any(address => (string?)address!["ip"] == "127.0.0.1"));
    }

    [Fact]
    public async Task DnsLookup_KnownAndUnknownName_BothAreAnswers()
    {
        JsonNode known = await bench.AskAsync("dns_lookup", new { host = "localhost", type = "A" });
        Assert.True((bool)known["resolved"]!);
        Assert.Contains("127.0.0.1", known["addresses"]!.AsArray().Select(address => (string?)address));

        JsonNode unknown = await bench.AskAsync("dns_lookup", new { host = "no-such-host.invalid" });
        Assert.False((bool)unknown["resolved"]!);
        Assert.NotNull(unknown["error"]);
    }

    [Fact]
    public async Task TcpCheck_OpenAndClosedPort_BothAreAnswers()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        JsonNode open = await bench.AskAsync("tcp_check", new { host = "127.0.0.1", port });
        Assert.True((bool)open["connected"]!);
        Assert.Equal("127.0.0.1", (string?)open["address"]);

        listener.Stop();
        JsonNode closed = await bench.AskAsync("tcp_check", new { host = "127.0.0.1", port });
        Assert.False((bool)closed["connected"]!);
        Assert.StartsWith("connection refused", (string?)closed["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task HttpCheck_Server_TellsItsStatusAndDoesNotFollow()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using WebApplication app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/gone", () => Microsoft.AspNetCore.Http.Results.StatusCode(410));
        app.MapGet("/moved", () => Microsoft.AspNetCore.Http.Results.Redirect("/gone"));
        await app.StartAsync();
        string url = app.Urls.Single();

        JsonNode gone = await bench.AskAsync("http_check", new { url = url + "/gone" });
        Assert.True((bool)gone["reachable"]!);
        Assert.Equal(410, (int)gone["status"]!);
        JsonNode moved = await bench.AskAsync("http_check", new { url = url + "/moved" });
        Assert.Equal(302, (int)moved["status"]!);
        Assert.Equal("/gone", (string?)moved["location"]);
        JsonNode head = await bench.AskAsync("http_check", new { url = url + "/gone", method = "HEAD" });
        Assert.Equal(405, (int)head["status"]!);
    }

    [Fact]
    public async Task HttpCheck_NobodyThereOrSilent_IsAnAnswer()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        JsonNode silent = await bench.AskAsync("http_check", new { url = $"http://127.0.0.1:{port}/", timeoutMs = 200 });
        Assert.Equal("no answer within 200 ms", (string?)silent["error"]);

        listener.Stop();
        JsonNode nobody = await bench.AskAsync("http_check", new { url = $"http://127.0.0.1:{port}/" });
        Assert.False((bool)nobody["reachable"]!);
        Assert.Null(nobody["status"]);
        Assert.StartsWith("connection refused", (string?)nobody["error"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "success", null)]
    [InlineData(1, "success", null)]
    [InlineData(2, "failure", "ping failed: ping: nohost: Name or service not known")]
    public async Task Ping_EndsWith_MeansWhatPingMeans(int exitCode, string status, string? error)
    {
        bench.Folder.Script("bin/ping", $"printf '%s ' \"$@\"; echo; [ {exitCode} = 2 ] && echo 'ping: nohost: Name or service not known' >&2; exit {exitCode}");
        Execution execution = await bench.RunAsync("ping", new { host = "router.local", count = 2 });

        Assert.Equal(status, execution.Status);
        Assert.Equal(error, execution.Error);
        Assert.StartsWith("-n -c 2 -W 5 router.local \n", execution.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("one\ntwo\nthree\n", 2, "two\nthree\n")]
    [InlineData("one\ntwo\nthree", 2, "two\nthree")]
    [InlineData("one\ntwo\n", 5, "one\ntwo\n")]
    [InlineData("\n\n", 1, "\n")]
    [InlineData("", 1, "")]
    public async Task LogTail_Lines_AreTheLast(string content, int lines, string expected)
    {
        string path = bench.Folder.Write("app.log", content);
        Execution execution = await bench.RunAsync("log_tail", new { path, lines });

        Assert.Equal(expected, execution.Output);
    }

    [Fact]
    public async Task LogTail_LargeFile_HoldsWholeLinesUpToTheLimit()
    {
        string line = new string('ü', 49) + "\n";
        string path = bench.Folder.Write("app.log", string.Concat(Enumerable.Repeat(line, 10_000)));
        string output = (await bench.RunAsync("log_tail", new { path, lines = 5_000 })).Output!;

        Assert.All(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), one => Assert.Equal(line.TrimEnd(), one));
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(output), 250 * 1024, 256 * 1024);
    }

    [Fact]
    public async Task LogTail_FileThatIsNotThere_IsAFailureThatSaysSo() =>
        Assert.EndsWith("app.log does not exist", await bench.ProblemAsync("log_tail", new { path = bench.Folder["app.log"] }), StringComparison.Ordinal);

    [Fact]
    public async Task LogTail_OtherPath_IsNotAllowed()
    {
        bench.Folder.Write("app.log", "x");
        Assert.Contains("is not allowed", await bench.ProblemAsync("log_tail", new { path = "/etc/passwd" }), StringComparison.Ordinal);
        Assert.Contains("is not allowed", await bench.ProblemAsync("log_tail", new { path = bench.Folder["scripts/../app.log"] }), StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> WrongParameters => new()
    {
        { "system_info", """{"verbose":true}""", "parameters.verbose: is not known; this command takes no parameters" },
        { "system_info", "[]", "parameters.*: must be a JSON object" },
        { "disk_usage", """{"path":"/"}""", "parameters.path: is not known; this command takes no parameters" },
        { "network_interfaces", "3", "parameters.*: must be a JSON object" },
        { "process_list", """{"limit":0}""", "parameters.limit: must be a whole number from 1 to 500" },
        { "process_list", """{"limit":1.5}""", "parameters.limit: must be a whole number from 1 to 500" },
        { "process_list", """{"sort":"name"}""", "parameters.sort: must be one of memory, cpu, pid" },
        { "dns_lookup", "{}", "parameters.host: is required" },
        { "dns_lookup", """{"host":"a b"}""", "parameters.host: must be a host name or an IP address" },
        { "dns_lookup", """{"host":"localhost","type":"MX"}""", "parameters.type: must be one of any, A, AAAA" },
        { "tcp_check", """{"host":"localhost"}""", "parameters.port: is required: a whole number from 1 to 65535" },
        { "tcp_check", """{"host":"localhost","port":"80"}""", "parameters.port: must be a whole number from 1 to 65535" },
        { "tcp_check", """{"host":"localhost","port":70000}""", "parameters.port: must be a whole number from 1 to 65535" },
        { "tcp_check", """{"host":7,"port":1}""", "parameters.host: must be a string" },
        { "tcp_check", """{"host":"localhost","port":1,"timeoutMs":1}""", "parameters.timeoutMs: must be a whole number from 100 to 30000" },
        { "http_check", """{"url":"file:///etc/passwd"}""", "parameters.url: must be an http or https address of at most 2048 characters, without a user name" },
        { "http_check", """{"url":"http://user:pass@host/"}""", "parameters.url: must be an http or https address of at most 2048 characters, without a user name" },
        { "http_check", """{"url":"http://host/","method":"POST"}""", "parameters.method: must be one of GET, HEAD" },
        { "ping", """{"host":"-f"}""", "parameters.host: must be a host name or an IP address" },
        { "ping", """{"host":"a;reboot"}""", "parameters.host: must be a host name or an IP address" },
        { "ping", """{"host":"localhost","count":11}""", "parameters.count: must be a whole number from 1 to 10" },
        { "log_tail", "{}", "parameters.path: is required" },
        { "log_tail", """{"path":"a","lines":5001}""", "parameters.lines: must be a whole number from 1 to 5000" },
        { "run_script", """{"name":"a","args":["a",1]}""", "parameters.args[1]: must be a string of at most 1024 characters, without NUL" },
        { "run_script", """{"name":"a","args":"b"}""", "parameters.args: must be an array of at most 32 strings" },
        { "restart_service", """{"name":"ssh"}""", "parameters.name: is not allowed on this device; allowed: nginx" },
        { "restart_service", """{"name":"--version"}""", "parameters.name: is not allowed on this device; allowed: nginx" },
    };

    [Theory]
    [MemberData(nameof(WrongParameters))]
    public async Task Command_WrongParameters_NamesTheParameterAndWhatItMustBe(string type, string parameters, string error) =>
        Assert.Equal(error, await bench.ProblemAsync(type, JsonNode.Parse(parameters)));
}
