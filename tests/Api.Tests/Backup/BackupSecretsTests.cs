using System.Xml.Linq;
using Gateway.Actors.Hosting;
using Gateway.Api.Auth;
using Gateway.Api.Backup;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Gateway.Api.Tests.Backup;

/// <summary>What a backup has only when it is asked for.</summary>
public sealed class BackupSecretsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gateway-backup-").FullName;
    private readonly StringWriter said = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        said.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Secrets_OfDevelopment_AreThereWithTheirValuesAndAgainIsNoHarm()
    {
        Secrets("one").GetOrAdd("jwt", () => "secret");
        var file = await ExportAsync("one", isDevelopment: true, new Keys("a", "b"));
        var keys = new Keys("b");

        for (var i = 0; i < 2; i++) await ImportAsync(file, "two", isDevelopment: true, keys);

        Assert.Equal("secret", Secrets("two").GetOrAdd("jwt", () => "other"));
        Assert.Equal(["b", "a"], keys.Ids);
        Assert.Equal(["key-a"], keys.Stored);
    }

    [Fact]
    public async Task Secrets_IntoProduction_StayOutAndTheKeysGoIn()
    {
        Secrets("one").GetOrAdd("jwt", () => "secret");
        var file = await ExportAsync("one", isDevelopment: true, new Keys("a"));
        var keys = new Keys();

        await ImportAsync(file, "two", isDevelopment: false, keys);

        Assert.False(Directory.Exists(Path.Combine(folder, "two")));
        Assert.Equal(["a"], keys.Ids);
        Assert.Contains("1 secrets of Development stayed out", said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_WhereAnotherIsOfTheSameName_NamesTheFile()
    {
        Secrets("one").GetOrAdd("jwt", () => "secret");
        Secrets("two").GetOrAdd("jwt", () => "other");
        var file = await ExportAsync("one", isDevelopment: true, new Keys());

        var error = await Assert.ThrowsAsync<GatewayStartException>(() => ImportAsync(file, "two", isDevelopment: true, new Keys()));

        Assert.Contains($"{Path.Combine(folder, "two", "secrets.json")} has another jwt", error.Message, StringComparison.Ordinal);
        Assert.Equal("other", Secrets("two").GetOrAdd("jwt", () => "new"));
    }

    private DevelopmentSecrets Secrets(string name) => DevelopmentSecrets.LoadOrCreate(Path.Combine(folder, name));

    private BackupSecrets Backup(string name, bool isDevelopment, Keys keys) => new(isDevelopment ? () => Secrets(name) : null, keys);

    private BackupProgress Progress => new(said, isTerminal: false, TimeProvider.System);

    private async Task<MemoryStream> ExportAsync(string name, bool isDevelopment, Keys keys)
    {
        var file = new MemoryStream();
        await using var writer = new BackupWriter(file, Progress);
        await Backup(name, isDevelopment, keys).WriteAsync(writer, Token);
        await writer.CompleteAsync(Token);
        return file;
    }

    private Task ImportAsync(MemoryStream file, string name, bool isDevelopment, Keys keys) =>
        Backup(name, isDevelopment, keys).ReadAsync(new BackupReader(file, "backup.gz").ReadAsync(kind => kind != BackupFormat.End, Token), Progress);

    private sealed class Keys(params IEnumerable<string> ids) : IXmlRepository
    {
        private readonly List<XElement> keys = [.. ids.Select(id => new XElement("key", new XAttribute("id", id), new XElement("value", "<&>")))];

        public IEnumerable<string> Ids => keys.Select(key => (string)key.Attribute("id")!);

        public List<string> Stored { get; } = [];

        public IReadOnlyCollection<XElement> GetAllElements() => [.. keys];

        public void StoreElement(XElement element, string friendlyName)
        {
            keys.Add(element);
            Stored.Add(friendlyName);
        }
    }
}
