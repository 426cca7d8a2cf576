using System.Diagnostics;
using System.Xml.Linq;

namespace Gateway.Deploy.Tests.Images;

/// <summary>What can be told of the images where nothing builds them.</summary>
public sealed class DockerfileTests
{
    [Theory]
    [InlineData("Api")]
    [InlineData("Actors")]
    public void Build_CopiesFilesThatAreThere_AndThatReachIt(string project)
    {
        foreach (var source in Read(project).Stages.SelectMany(stage => stage.All("COPY")).Where(copy => copy.From is null).SelectMany(copy => copy.Sources))
        {
            Assert.True(Path.Exists(Repository.InRoot(source)), $"{source} is not there.");
            Assert.True(IsInContext(source), $".dockerignore keeps {source} away.");
        }
    }

    /// <summary>A restore needs the project file of every project that is built, and the files that all projects share.</summary>
    [Theory]
    [InlineData("Api")]
    [InlineData("Actors")]
    public void Restore_HasEveryProjectThatIsBuilt_AndNoOther(string project)
    {
        var before = Read(project).Stages[0].Instructions.TakeWhile(instruction => instruction.Keyword != "RUN").Where(instruction => instruction.Keyword == "COPY")
            .SelectMany(copy => copy.Sources).ToList();
        Assert.Equal(
            BuiltWith(project).Append(project).Distinct().Select(name => $"src/{name}/Gateway.{name}.csproj").Order(StringComparer.Ordinal),
            before.Where(source => source.EndsWith(".csproj", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(Repository.Root, "Directory.*").Select(file => Path.GetFileName(file)).Append("global.json").Except(before));
    }

    [Theory]
    [InlineData("Api")]
    [InlineData("Actors")]
    public void Image_IsChiselled_NotRoot_AndStartsTheProgram(string project)
    {
        var dockerfile = Read(project);
        Assert.Matches(@"^mcr\.microsoft\.com/dotnet/sdk:10\.0-noble$", dockerfile.Stages[0].Image);
        var final = dockerfile.Final;
        Assert.Matches(@"^mcr\.microsoft\.com/dotnet/aspnet:10\.0-noble-chiseled$", final.Image);
        Assert.Equal("$APP_UID", Assert.Single(final.All("USER")).Text);
        Assert.Equal($"[\"dotnet\", \"Gateway.{project}.dll\"]", Assert.Single(final.All("ENTRYPOINT")).Text);
        // There is no shell to run anything with.
        Assert.Empty(final.All("RUN"));
        Assert.All(final.All("COPY"), copy => Assert.Equal(dockerfile.Stages[0].Name, copy.From));
    }

    [Theory]
    [InlineData("Api")]
    [InlineData("Actors")]
    public void Secrets_AreNotInTheImage(string project) => Assert.DoesNotContain(
        Read(project).Stages.SelectMany(stage => stage.Instructions).Where(instruction => instruction.Keyword is "ARG" or "ENV"),
        instruction => instruction.Text.Contains("TOKEN", StringComparison.OrdinalIgnoreCase)
            || instruction.Text.Contains("SECRET", StringComparison.OrdinalIgnoreCase)
            || instruction.Text.Contains("PASSWORD", StringComparison.OrdinalIgnoreCase));

    /// <summary>The publish of the file, with the build that the tests have made instead of one of its own: its files make a program that starts.</summary>
    [Theory]
    [InlineData("Api", "token")]
    [InlineData("Actors", "--Gateway:AppPort=none")]
    public async Task Published_Program_Starts(string project, string argument)
    {
        var publish = Read(project).Stages[0].All("RUN").Select(run => run.Words).Single(words => words.Contains("publish"));
        var folder = Directory.CreateTempSubdirectory("gateway-publish-");
        try
        {
            string[] arguments =
            [
                .. publish.Skip(1).Select(word => word switch
                {
                    "--no-restore" => "--no-build",
                    "Release" => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name,
                    "/app" => folder.FullName,
                    _ => word,
                }),
                "--nologo",
            ];
            var (code, output) = await RunAsync(arguments);
            Assert.True(code == 0, output);
            Assert.True(File.Exists(Path.Combine(folder.FullName, "runtimes", "linux-arm64", "native", "libe_sqlite3.so")), "The image would serve one processor only.");
            Assert.Equal(project == "Api", Directory.Exists(Path.Combine(folder.FullName, "components", "local")));

            // It gets as far as reading what it was told.
            (code, output) = await RunAsync([Path.Combine(folder.FullName, $"Gateway.{project}.dll"), argument]);
            Assert.Equal(1, code);
            Assert.StartsWith("gateway: ", output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Dockerfile Read(string project) => Dockerfile.Read(Repository.InRoot("src", project, "Dockerfile"));

    /// <summary>All projects that one references, directly or not.</summary>
    private static IEnumerable<string> BuiltWith(string project)
    {
        var xml = XDocument.Load(Repository.InRoot("src", project, $"Gateway.{project}.csproj"));
        var references = xml.Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)["Gateway.".Length..]);
        // What Directory.Build.targets makes of it.
        if (xml.Descendants("UseDapr").Any()) references = references.Append("Dapr");
        return references.ToList() is var direct ? direct.Concat(direct.SelectMany(BuiltWith)) : [];
    }

    /// <summary>As .dockerignore has it: everything is left out but what a line with a bang lets in.</summary>
    private static bool IsInContext(string path)
    {
        var lines = File.ReadLines(Repository.InRoot(".dockerignore")).Where(line => line.Length > 0 && !line.StartsWith('#')).ToList();
        Assert.Equal("*", lines[0]);
        return lines.Where(line => line.StartsWith('!')).Select(line => line[1..].TrimEnd('*')).Any(
            allowed => path == allowed || path.StartsWith(allowed.EndsWith('.') ? allowed : allowed + "/", StringComparison.Ordinal));
    }

    private static async Task<(int Code, string Output)> RunAsync(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(120));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output + await errors);
    }
}
