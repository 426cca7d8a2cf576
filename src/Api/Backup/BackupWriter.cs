using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Gateway.Api.Backup;

/// <summary>Writes a backup to a stream, which it leaves open. One record at a time.</summary>
internal sealed class BackupWriter(Stream output, BackupProgress progress) : IAsyncDisposable
{
    private readonly GZipStream compressed = new(output, CompressionLevel.Optimal, leaveOpen: true);
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly SortedDictionary<string, long> records = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> line = new();
    private readonly Utf8JsonWriter json = new(Stream.Null, BackupFormat.Writing);

    /// <summary>Writes a record.</summary>
    public Task WriteAsync<T>(string kind, T value, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        WriteAsync(kind, writer => JsonSerializer.Serialize(writer, value, type), cancellationToken);

    /// <summary>Writes a record whose value is written by the caller.</summary>
    public async Task WriteAsync(string kind, Action<Utf8JsonWriter> value, CancellationToken cancellationToken)
    {
        line.ResetWrittenCount();
        json.Reset(line);
        json.WriteStartObject();
        json.WritePropertyName(kind);
        value(json);
        json.WriteEndObject();
        json.Flush();
        line.Write("\n"u8);
        hash.AppendData(line.WrittenSpan);
        records[kind] = records.GetValueOrDefault(kind) + 1;
        await compressed.WriteAsync(line.WrittenMemory, cancellationToken);
        if (kind is not (BackupFormat.Header or BackupFormat.End)) progress.Add(kind, line.WrittenCount);
    }

    /// <summary>Writes the end; nothing may follow.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        var end = new BackupEnd(new SortedDictionary<string, long>(records, StringComparer.Ordinal), Convert.ToHexStringLower(hash.GetCurrentHash()));
        await WriteAsync(BackupFormat.End, end, BackupJson.Default.BackupEnd, cancellationToken);
        await compressed.DisposeAsync();
        await output.FlushAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await compressed.DisposeAsync();
        await json.DisposeAsync();
        hash.Dispose();
    }
}
