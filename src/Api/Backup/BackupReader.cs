using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Gateway.Api.Backup;

/// <summary>
/// Reads a backup, from its beginning each time. <see cref="VerifyAsync"/> comes first: what is read after it is whole. One
/// reading at a time.
/// </summary>
/// <param name="file">The backup; it can be read again.</param>
/// <param name="name">What messages call it.</param>
internal sealed class BackupReader(Stream file, string name)
{
    /// <summary>The longest line, in bytes: many times the largest record.</summary>
    private const int MaxLine = 64 << 20;

    /// <summary>Reads all of it and sees that nothing is missing or changed; its header.</summary>
    /// <exception cref="InvalidDataException">It is no backup, of a newer program, damaged or cut off.</exception>
    public async Task<(BackupHeader Header, BackupEnd End)> VerifyAsync(CancellationToken cancellationToken)
    {
        await CheckMagicAsync(cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var records = new Dictionary<string, long>();
        BackupHeader? header = null;
        BackupEnd? end = null;
        await foreach (var line in LinesAsync(cancellationToken))
        {
            if (end is not null) throw Damaged("something follows its end");
            var (kind, value) = Parse(line, header is null);
            if (header is null)
            {
                header = kind == BackupFormat.Header ? Read(value, BackupJson.Default.BackupHeader) : throw NoBackup();
                CheckHeader(header);
            }
            else if (kind == BackupFormat.End)
            {
                end = Read(value, BackupJson.Default.BackupEnd);
                if (end.Sha256 != Convert.ToHexStringLower(hash.GetCurrentHash())) throw Damaged("its checksum does not match");
                if (!records.OrderBy(record => record.Key).SequenceEqual(end.Records.OrderBy(record => record.Key))) throw Damaged("its counts do not match");
                continue;
            }

            records[kind] = records.GetValueOrDefault(kind) + 1;
            hash.AppendData(line.Span);
            hash.AppendData("\n"u8);
        }

        if (header is null) throw NoBackup();
        return (header, end ?? throw CutOff());
    }

    /// <summary>The records of some kinds, in their order.</summary>
    public async IAsyncEnumerable<BackupRecord> ReadAsync(Func<string, bool> isWanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in LinesAsync(cancellationToken))
        {
            if (!isWanted(KindOf(line.Span))) continue;
            var (kind, value) = Parse(line, isFirst: false);
            yield return new BackupRecord(kind, value, line.Length);
        }
    }

    private async Task CheckMagicAsync(CancellationToken cancellationToken)
    {
        var magic = new byte[2];
        file.Seek(0, SeekOrigin.Begin);
        await file.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancellationToken);
        if (magic is not [0x1F, 0x8B]) throw NoBackup();
    }

    private void CheckHeader(BackupHeader header)
    {
        if (header.Format != BackupFormat.Name) throw NoBackup();
        if (header.Version > BackupFormat.Version)
        {
            throw new InvalidDataException(
                $"{name} has version {header.Version} of the backups' format, and this program reads up to {BackupFormat.Version}: import it with a newer version of Gateway ({header.Gateway} made it).");
        }
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> LinesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        file.Seek(0, SeekOrigin.Begin);
        var reader = PipeReader.Create(new GZipStream(file, CompressionMode.Decompress, leaveOpen: true), new StreamPipeReaderOptions(bufferSize: 1 << 16));
        try
        {
            while (true)
            {
                var read = await NextAsync(reader, cancellationToken);
                var rest = read.Buffer;
                while (rest.PositionOf((byte)'\n') is { } feed)
                {
                    yield return rest.Slice(0, feed).ToArray();
                    rest = rest.Slice(rest.GetPosition(1, feed));
                }

                if (read.IsCompleted && !rest.IsEmpty) throw CutOff();
                if (read.IsCompleted) yield break;
                if (rest.Length > MaxLine) throw Damaged("a record is too long");
                reader.AdvanceTo(rest.Start, rest.End);
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private async Task<ReadResult> NextAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (InvalidDataException e)
        {
            // The decompressor's words are about its own format.
            throw Damaged("it cannot be decompressed", e);
        }
    }

    private static string KindOf(ReadOnlySpan<byte> line)
    {
        var json = new Utf8JsonReader(line);
        return json.Read() && json.Read() && json.TokenType == JsonTokenType.PropertyName ? json.GetString()! : "";
    }

    private (string Kind, JsonElement Value) Parse(ReadOnlyMemory<byte> line, bool isFirst)
    {
        try
        {
            var record = JsonElement.Parse(line.Span);
            if (record.ValueKind == JsonValueKind.Object && record.EnumerateObject().ToList() is [var only]) return (only.Name, only.Value);
        }
        catch (JsonException e)
        {
            throw isFirst ? NoBackup(e) : Damaged("a record is no JSON", e);
        }

        throw isFirst ? NoBackup() : Damaged("a record is not of one member");
    }

    private T Read<T>(JsonElement value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            return value.Deserialize(type) ?? throw Damaged("a record is empty");
        }
        catch (JsonException e)
        {
            throw Damaged(e.Message, e);
        }
    }

    private InvalidDataException NoBackup(Exception? cause = null) => new($"{name} is no backup of Gateway.", cause);

    private InvalidDataException CutOff() => new($"{name} is cut off: its end is missing.");

    private InvalidDataException Damaged(string how, Exception? cause = null) => new($"{name} is damaged: {how}.", cause);
}

/// <summary>A record of a backup.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Value">What it says.</param>
/// <param name="Bytes">Its length as a line.</param>
internal sealed record BackupRecord(string Kind, JsonElement Value, int Bytes);
