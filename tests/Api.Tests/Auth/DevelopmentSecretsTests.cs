using Gateway.Api.Auth;

namespace Gateway.Api.Tests.Auth;

public sealed class DevelopmentSecretsTests : IDisposable
{
    private readonly string folder = Path.Combine(Directory.CreateTempSubdirectory("gateway-secrets-").FullName, "data");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);

    [Fact]
    public void GetOrAdd_SecondTimeAndAfterARestart_GivesTheSameSecret()
    {
        var secrets = DevelopmentSecrets.LoadOrCreate(folder);
        var first = secrets.GetOrAdd("A", DevelopmentSecrets.NewSecret);
        Assert.Equal(43, first.Length);
        Assert.Equal(first, secrets.GetOrAdd("A", () => throw new InvalidOperationException("made twice")));
        Assert.Equal(first, DevelopmentSecrets.LoadOrCreate(folder).GetOrAdd("A", () => "other"));
        Assert.NotEqual(first, secrets.GetOrAdd("B", DevelopmentSecrets.NewSecret));
    }

    [Fact]
    public void GetOrAdd_TwoHoldersOfOneFolder_SeeEachOthersSecrets()
    {
        var one = DevelopmentSecrets.LoadOrCreate(folder);
        var two = DevelopmentSecrets.LoadOrCreate(folder);
        Assert.Equal("x", one.GetOrAdd("A", () => "x"));
        Assert.Equal("x", two.GetOrAdd("A", () => "y"));
    }

    [Fact]
    public async Task GetOrAdd_ManyAtOnce_MakesOneSecret()
    {
        var made = 0;
        var all = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() =>
            DevelopmentSecrets.LoadOrCreate(folder).GetOrAdd("A", () => $"secret-{Interlocked.Increment(ref made)}"))));
        Assert.Equal(1, made);
        Assert.All(all, secret => Assert.Equal("secret-1", secret));
    }

    [Fact]
    public void File_IsReadableByItsOwnerOnly()
    {
        // Windows has no such modes.
        if (OperatingSystem.IsWindows()) return;
        var secrets = DevelopmentSecrets.LoadOrCreate(folder);
        secrets.GetOrAdd("A", () => "x");
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(secrets.Path));

        File.SetUnixFileMode(secrets.Path, OwnerOnly | UnixFileMode.OtherRead);
        DevelopmentSecrets.LoadOrCreate(folder);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(secrets.Path));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"A":1}""")]
    public void LoadOrCreate_FileWithAnError_NamesTheFile(string content)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, DevelopmentSecrets.FileName);
        File.WriteAllText(file, content);
        var problem = Assert.Throws<InvalidDataException>(() => DevelopmentSecrets.LoadOrCreate(folder));
        Assert.Contains(file, problem.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(file));
    }
}
