using Gateway.Agent.AllowList;
using Gateway.Agent.Tests.Scripted;

namespace Gateway.Agent.Tests.AllowList;

public sealed class AllowListReaderTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    private AllowedWork Read(string json, string? scripts = null, params string[] services)
    {
        string path = folder.Write("allow.json", json.Replace("DIR", folder.Folder("scripts"), StringComparison.Ordinal));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        return AllowListReader.Read(path, scripts, services);
    }

    [Fact]
    public void Read_WithoutAFile_AllowsWhatOnlyLooks()
    {
        AllowedWork work = AllowListReader.Read(null, null, []);

        Assert.Equal(
            "disk_usage dns_lookup http_check log_tail network_interfaces ping process_list system_info tcp_check",
            string.Join(' ', work.Commands.Order()));
        Assert.Empty(work.Services);
        Assert.Null(work.Scripts);
    }

    [Fact]
    public void Read_CommandsNamed_AllowsThoseAlone()
    {
        AllowedWork work = Read("""{ "commands": ["system_info"], /* nothing else */ "scripts": "DIR", "services": ["nginx"], "logs": [], }""");

        Assert.Equal(["system_info"], work.Commands);
        Assert.Empty(work.Logs);
    }

    [Fact]
    public void Read_ScriptsAndServicesNamed_AllowsTheirCommandsToo()
    {
        AllowedWork work = Read("""{ "scripts": "DIR", "services": ["nginx", "getty@tty1.service"] }""");

        Assert.Contains("run_script", work.Commands);
        Assert.Contains("restart_service", work.Commands);
        Assert.Contains("system_info", work.Commands);
        Assert.Equal(2, work.Services.Count);
    }

    [Fact]
    public void Read_CommandLine_WidensTheFile()
    {
        AllowedWork work = Read("""{ "commands": ["system_info"], "services": ["nginx"] }""", folder.Folder("other"), "redis");

        Assert.Equal("restart_service run_script system_info", string.Join(' ', work.Commands.Order()));
        Assert.Equal(folder["other"], work.Scripts);
        Assert.Equal("nginx redis", string.Join(' ', work.Services.Order()));
    }

    [Theory]
    [InlineData("", "not an allow-list")]
    [InlineData("null", "must be a JSON object")]
    [InlineData("""{ "command": [] }""", "'command'")]
    [InlineData("{\n \"commands\": [1] }", "line 2")]
    [InlineData("""{ "commands": ["rm"] }""", "'rm' is not a command")]
    [InlineData("""{ "commands": ["run_script"] }""", "run_script needs a scripts folder")]
    [InlineData("""{ "commands": ["restart_service"] }""", "restart_service needs services")]
    [InlineData("""{ "scripts": "/nowhere" }""", "/nowhere does not exist")]
    [InlineData("""{ "services": ["-H"] }""", "'-H' is not the name of a service")]
    [InlineData("""{ "logs": ["app.log"] }""", "'app.log' is not a full path")]
    [InlineData("""{ "logs": ["/var/log/../x"] }""", "'/var/log/../x' is not a full path")]
    public void Read_Wrong_NamesTheFileAndThePlace(string json, string says)
    {
        AgentException told = Assert.Throws<AgentException>(() => Read(json));

        Assert.Contains(says, told.Message, StringComparison.Ordinal);
        Assert.Contains("allow.json", told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', told.Message);
    }

    [Fact]
    public void Read_FileOrFolderThatOthersCanChange_IsRefused()
    {
        string path = folder.Write("allow.json", "{}");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherWrite);
        Assert.Contains($"Run: chmod go-w '{path}'", Assert.Throws<AgentException>(() => AllowListReader.Read(path, null, [])).Message, StringComparison.Ordinal);

        string scripts = folder.Folder("scripts");
        File.SetUnixFileMode(scripts, (UnixFileMode)0b111_111_111);
        Assert.Contains($"Run: chmod o-w '{scripts}'", Assert.Throws<AgentException>(() => AllowListReader.Read(null, scripts, [])).Message, StringComparison.Ordinal);
    }
}
