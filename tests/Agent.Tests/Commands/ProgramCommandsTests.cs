using System.Text;
using Gateway.Agent.Commands;
using Gateway.Agent.Tests.Scripted;
using Gateway.Agent.Work;
using Gateway.TestKit;

namespace Gateway.Agent.Tests.Commands;

/// <summary>The commands that run programs: scripts and services.</summary>
public sealed class ProgramCommandsTests : IDisposable
{
    private readonly ManualTimeProvider time = new();
    private readonly CommandBench bench;

    public ProgramCommandsTests() => bench = new CommandBench(time);

    private TestFolder Folder => bench.Folder;

    public void Dispose() => bench.Dispose();

    [Fact]
    public async Task RunScript_Arguments_ArriveAsTheyAre()
    {
        Folder.Script("scripts/show", "for one in \"$@\"; do echo \"<$one>\"; done; pwd");
        string[] args = ["a b", "$(touch owned)", "; reboot", "*", "", "ü"];
        Execution execution = await bench.RunAsync("run_script", new { name = "show", args });

        Assert.Equal("success", execution.Status);
        Assert.Equal(string.Concat(args.Select(one => $"<{one}>\n")) + Folder["scripts"] + "\n", execution.Output);
        Assert.False(File.Exists(Folder["scripts/owned"]));
    }

    [Fact]
    public async Task RunScript_Environment_HoldsNothingOfTheAgent()
    {
        Environment.SetEnvironmentVariable("GATEWAY_TEST_SECRET", "must-not-leak");
        Folder.Script("scripts/show", "env; cat");
        Execution execution = await bench.RunAsync("run_script", new { name = "show" });

        Assert.Equal("success", execution.Status);
        Assert.DoesNotContain("must-not-leak", execution.Output, StringComparison.Ordinal);
        Assert.Contains("LANG=C.UTF-8", execution.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunScript_Fails_TellsExitCodeLastErrorAndOutput()
    {
        Folder.Script("scripts/fail", "echo working; echo 'no disk' >&2; exit 3");
        Execution execution = await bench.RunAsync("run_script", new { name = "fail" });

        Assert.Equal("failure", execution.Status);
        Assert.Equal("fail ended with exit code 3: no disk", execution.Error);
        Assert.Contains("working\n", execution.Output, StringComparison.Ordinal);
        Assert.Contains("no disk\n", execution.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../bin/tool")]
    [InlineData("/bin/ls")]
    [InlineData("sub/tool")]
    [InlineData("..")]
    [InlineData("-c")]
    [InlineData("a b")]
    [InlineData("tool\n")]
    public async Task RunScript_NameThatIsNoPlainName_IsRefused(string name)
    {
        Folder.Script("bin/tool", "echo no");
        Folder.Script("scripts/sub/tool", "echo no");

        Assert.StartsWith("parameters.name: must be the name of a file in the scripts folder", await bench.ProblemAsync("run_script", new { name }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunScript_FileThatMustNotRun_IsRefusedWithTheReason()
    {
        File.CreateSymbolicLink(Folder["scripts/link"], "/bin/ls");
        Folder.Folder("scripts/folder");
        Folder.Write("scripts/plain", "x");
        File.SetUnixFileMode(Folder.Script("scripts/open", "echo no"), (UnixFileMode)0b111_111_111);

        Assert.Equal("parameters.name: link is a link; only real files in the scripts folder are run", await bench.ProblemAsync("run_script", new { name = "link" }));
        Assert.Equal("parameters.name: there is no script folder on this device", await bench.ProblemAsync("run_script", new { name = "folder" }));
        Assert.Equal("parameters.name: there is no script absent on this device", await bench.ProblemAsync("run_script", new { name = "absent" }));
        Assert.Equal("parameters.name: plain is not executable", await bench.ProblemAsync("run_script", new { name = "plain" }));
        Assert.Equal("parameters.name: open can be changed by every user of the device and is not run", await bench.ProblemAsync("run_script", new { name = "open" }));
    }

    [Fact]
    public async Task RunScript_OverItsTime_IsStoppedWithAllThatItStarted()
    {
        string[] pids = ["child", "orphan", "deaf", "group"];
        // A child, a child whose parent is gone, and one that changed its process group and does not listen to signals.
        Folder.Script("scripts/tree", """
            echo begun
            sleep 60 & echo $! > child
            (sleep 60 & echo $! > orphan)
            sh -c 'trap "" TERM INT HUP; echo $$ > deaf; while :; do sleep 1; done' &
            bash -mc 'sleep 60 & echo $! > group; wait' 2> /dev/null &
            wait
            """);
        Task<Execution> running = bench.RunAsync("run_script", new { name = "tree" }, timeout: 30);
        foreach (string pid in pids) await ProcessAssert.FileAppearsAsync(Folder[$"scripts/{pid}"]);
        time.Advance(TimeSpan.FromSeconds(30));
        Execution execution = await running;

        Assert.Equal("timeout", execution.Status);
        Assert.Equal("begun\n", execution.Output);
        foreach (string pid in pids) Assert.False(ProcessAssert.IsAlive(Folder[$"scripts/{pid}"]), pid);
    }

    [Fact]
    public async Task RunScript_LeavesAProgramBehind_EndsAtOnceAndSoDoesTheProgram()
    {
        Folder.Script("scripts/leave", "sleep 60 & echo $! > child; echo done");
        Execution execution = await bench.RunAsync("run_script", new { name = "leave" });

        Assert.Equal("success", execution.Status);
        Assert.Equal("done\n", execution.Output);
        Assert.False(ProcessAssert.IsAlive(Folder["scripts/child"]));
    }

    [Fact]
    public async Task RunScript_MuchOutput_IsCutBetweenTwoCharactersAndSaysSo()
    {
        // The limit falls into the middle of a character of two bytes.
        Folder.Script("scripts/loud", "printf x; i=0; while [ $i -lt 9 ]; do cat data; i=$((i+1)); done");
        Folder.Write("scripts/data", new string('ü', 20_000));
        string output = (await bench.RunAsync("run_script", new { name = "loud" })).Output!;

        Assert.EndsWith($"ü\n[output cut: {256 * 1024 - 1} of 360001 bytes]", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', output);
        Assert.StartsWith("xüü", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunScript_EndlessOutput_IsBoundedByTime()
    {
        Folder.Script("scripts/endless", "yes | head -c 400000; echo yes > much; yes");
        Task<Execution> running = bench.RunAsync("run_script", new { name = "endless" }, timeout: 30);
        await ProcessAssert.FileAppearsAsync(Folder["scripts/much"]);
        time.Advance(TimeSpan.FromSeconds(30));
        Execution execution = await running;

        Assert.Equal("timeout", execution.Status);
        Assert.InRange(Encoding.UTF8.GetByteCount(execution.Output!), OutputText.Limit, OutputText.Limit + 100);
    }

    [Fact]
    public async Task RunScript_InterpreterMissing_IsAFailure()
    {
        File.SetUnixFileMode(Folder.Write("scripts/odd", "#!/no/such/program\n"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Contains("odd", await bench.ProblemAsync("run_script", new { name = "odd" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RestartService_NamedOne_IsRestarted()
    {
        Folder.Script("bin/systemctl", "echo \"$@\"");
        Execution execution = await bench.RunAsync("restart_service", new { name = "nginx" });

        Assert.Equal("success", execution.Status);
        Assert.Equal("--no-ask-password restart nginx\n", execution.Output);
    }

    [Fact]
    public async Task RestartService_SystemctlRefuses_TellsItsReason()
    {
        Folder.Script("bin/systemctl", "echo 'Access denied' >&2; exit 4");

        Assert.Equal("systemctl restart nginx ended with exit code 4: Access denied", await bench.ProblemAsync("restart_service", new { name = "nginx" }));
    }
}
