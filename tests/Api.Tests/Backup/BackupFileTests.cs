using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Gateway.Api.Backup;

namespace Gateway.Api.Tests.Backup;

/// <summary>The file of a backup: what was written is read, and whatever was changed or cut off is refused as a whole.</summary>
public sealed class BackupFileTests
{
    /// <summary>More than gzip has after the last record: an empty block, and what it says of what came before. The records vouch for themselves.</summary>
    private const int Trailer = 12;

    private static readonly BackupHeader Header = new(BackupFormat.Name, BackupFormat.Version, "01M8M6GSWM07QXC5XY08YEHVJW", DateTime.UnixEpoch, "0.1.0", 7);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Backup_WrittenAndRead_IsTheSame()
    {
        var file = await WriteAsync();
        var reader = Reader(file);

        var (header, end) = await reader.VerifyAsync(Token);

        Assert.Equal(Header, header);
        Assert.Equal((1, 50, 1), (end.Records["header"], end.Records["devices"], end.Records["secret"]));
        var rows = await reader.ReadAsync(kind => kind == "devices", Token).ToListAsync(Token);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"pi-{i} ü 🍳 \n\u2028\0"), rows.Select(row => row.Value.GetProperty("id").GetString()!));
        Assert.Single(await reader.ReadAsync(kind => kind == "secret", Token).ToListAsync(Token));
    }

    [Fact]
    public async Task Backup_Decompressed_IsALineForEachRecordAndSaysWhatItIs()
    {
        var lines = Decompress(await WriteAsync()).TrimEnd('\n').Split('\n');

        Assert.Equal(53, lines.Length);
        Assert.StartsWith("""{"header":{"format":"gateway-backup","version":1,"id":"01M8M6GSWM07QXC5XY08YEHVJW","at":"1970-01-01T00:00:00Z","gateway":"0.1.0","schema":7}}""", lines[0], StringComparison.Ordinal);
        Assert.All(lines, line => Assert.Single(JsonElement.Parse(line).EnumerateObject()));
    }

    [Fact]
    public async Task Backup_CutAnywhere_IsRefused()
    {
        var file = await WriteAsync();
        for (var length = 0; length < file.Length - Trailer; length++) await AssertRefusedAsync(file[..length], $"cut at {length}");
    }

    [Fact]
    public async Task Backup_CutBetweenRecordsAndCompressedAgain_IsSaidToBeCutOff()
    {
        var lines = Decompress(await WriteAsync()).TrimEnd('\n').Split('\n');

        foreach (var kept in new[] { 1, 2, 52 })
            Assert.Equal("backup.gz is cut off: its end is missing.", await ErrorAsync(Compress(string.Concat(lines.Take(kept).Select(line => line + "\n")))));
        Assert.Equal("backup.gz is cut off: its end is missing.", await ErrorAsync(Compress(string.Join('\n', lines))));
    }

    [Fact]
    public async Task Backup_WithAByteChanged_IsRefused()
    {
        var file = await WriteAsync();

        // Beyond the header of gzip, of which time and system mean nothing.
        for (var at = 10; at < file.Length - Trailer; at++)
        {
            var changed = (byte[])file.Clone();
            changed[at] ^= 0x10;
            await AssertRefusedAsync(changed, $"changed at {at}");
        }
    }

    [Theory]
    [InlineData("pi-7 ", "pi-8 ", "its checksum does not match")]
    [InlineData("\"devices\":50", "\"devices\":49", "its counts do not match")]
    [InlineData("{\"devices\":{\"id\":\"pi-3 ", "{\"devices\":{\"id\":\"pi-3 \"}}\n{\"devices\":{\"id\":\"", "its checksum does not match")]
    [InlineData("{\"secret\":", "{secret:", "a record is no JSON")]
    [InlineData("{\"secret\":", "{\"more\":1,\"secret\":", "a record is not of one member")]
    [InlineData("{\"end\":{\"records\"", "{\"end\":{\"rec\"", "JSON deserialization for type")]
    public async Task Backup_ChangedByHandAndCompressedAgain_IsDamaged(string part, string other, string how)
    {
        var text = Decompress(await WriteAsync());
        Assert.Contains(part, text, StringComparison.Ordinal);

        Assert.StartsWith($"backup.gz is damaged: {how}", await ErrorAsync(Compress(text.Replace(part, other, StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_WithMoreAfterItsEnd_IsDamaged()
    {
        var text = Decompress(await WriteAsync());

        Assert.Equal("backup.gz is damaged: something follows its end.", await ErrorAsync(Compress(text + "{\"devices\":{}}\n")));
        Assert.Equal("backup.gz is damaged: something follows its end.", await ErrorAsync(Compress(text + text)));
    }

    [Fact]
    public async Task Backup_OfANewerFormat_SaysWhoMadeIt()
    {
        var file = await WriteAsync(Header with { Version = 2, Gateway = "9.9.9" });

        Assert.Equal(
            "backup.gz has version 2 of the backups' format, and this program reads up to 1: import it with a newer version of Gateway (9.9.9 made it).",
            await ErrorAsync(file));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("a text\n")]
    [InlineData("{\"devices\":{\"id\":\"pi-1\"}}\n")]
    [InlineData("{\"header\":{\"format\":\"other\",\"version\":1,\"id\":\"\",\"at\":\"1970-01-01T00:00:00Z\",\"gateway\":\"\",\"schema\":1}}\n")]
    public async Task File_OfSomethingElse_IsNoBackup(string text)
    {
        Assert.Equal("backup.gz is no backup of Gateway.", await ErrorAsync(Encoding.UTF8.GetBytes(text)));
        if (text != "{}") Assert.Equal("backup.gz is no backup of Gateway.", await ErrorAsync(Compress(text)));
    }

    private static async Task<byte[]> WriteAsync(BackupHeader? header = null)
    {
        using var file = new MemoryStream();
        await using var writer = new BackupWriter(file, new BackupProgress(TextWriter.Null, isTerminal: false, TimeProvider.System));
        await writer.WriteAsync(BackupFormat.Header, header ?? Header, BackupJson.Default.BackupHeader, Token);
        for (var i = 0; i < 50; i++)
        {
            var id = $"pi-{i} ü 🍳 \n\u2028\0";
            await writer.WriteAsync("devices", json =>
            {
                json.WriteStartObject();
                json.WriteString("id", id);
                json.WriteEndObject();
            }, Token);
        }

        await writer.WriteAsync(BackupFormat.Secret, new SecretRecord("name", "value"), BackupJson.Default.SecretRecord, Token);
        await writer.CompleteAsync(Token);
        return file.ToArray();
    }

    private static BackupReader Reader(byte[] file) => new(new MemoryStream(file), "backup.gz");

    private static async Task<string> ErrorAsync(byte[] file) =>
        (await Assert.ThrowsAsync<InvalidDataException>(() => Reader(file).VerifyAsync(Token))).Message;

    private static async Task AssertRefusedAsync(byte[] file, string how)
    {
        try
        {
            await Reader(file).VerifyAsync(Token);
        }
        catch (InvalidDataException)
        {
            return;
        }

        Assert.Fail($"A backup {how} was taken for whole.");
    }

    private static string Decompress(byte[] file)
    {
        using var text = new StreamReader(new GZipStream(new MemoryStream(file), CompressionMode.Decompress), Encoding.UTF8);
        return text.ReadToEnd();
    }

    private static byte[] Compress(string text)
    {
        using var file = new MemoryStream();
        using (var compressed = new GZipStream(file, CompressionLevel.Fastest)) compressed.Write(Encoding.UTF8.GetBytes(text));
        return file.ToArray();
    }
}
