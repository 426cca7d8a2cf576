using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Core.Queue;

namespace Gateway.Api.Backup;

/// <summary>
/// A backup is gzip-compressed JSON Lines. Each line is an object of one member, whose name says of what kind the record is: first
/// <c>header</c>, last <c>end</c>, between them in any order <c>queue</c>, <c>document</c>, <c>event</c>, <c>secret</c>, <c>portal_key</c>, and rows under
/// the names of their tables.
/// </summary>
internal static class BackupFormat
{
    /// <summary>What the header calls it.</summary>
    public const string Name = "gateway-backup";

    /// <summary>The version that is written, and the newest that is read. It changes when a reader of before would lose something.</summary>
    public const int Version = 1;

    public const string Header = "header", End = "end";

    /// <summary>A device's head, as the state store has it.</summary>
    public const string Queue = "queue";

    /// <summary>A document that a head names.</summary>
    public const string Document = "document";

    /// <summary>An event that neither the rows nor the head have, since it came in between.</summary>
    public const string Event = "event";

    /// <summary>A secret of Development.</summary>
    public const string Secret = "secret";

    /// <summary>A key of the portal's cookies.</summary>
    public const string PortalKey = "portal_key";

    /// <summary>Kinds that are no rows.</summary>
    public static readonly IReadOnlySet<string> NotRows = new HashSet<string> { Header, Queue, Document, Event, Secret, PortalKey, End };

    /// <summary>Texts are not for a page: only what JSON demands is escaped.</summary>
    public static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}

/// <summary>What a backup says of itself first.</summary>
/// <param name="Format"><see cref="BackupFormat.Name"/>.</param>
/// <param name="Version"><see cref="BackupFormat.Version"/>.</param>
/// <param name="Id">A sortable id, of this backup alone.</param>
/// <param name="At">When it was begun, UTC.</param>
/// <param name="Gateway">The version of the program that made it.</param>
/// <param name="Schema">The version of the relational store's schema.</param>
internal sealed record BackupHeader(string Format, int Version, string Id, DateTime At, string Gateway, int Schema);

/// <summary>What a backup says last: without it, it is cut off.</summary>
/// <param name="Records">How many records of each kind came before, the header among them.</param>
/// <param name="Sha256">Hex SHA-256 of all lines before, their line feeds included.</param>
internal sealed record BackupEnd(IReadOnlyDictionary<string, long> Records, string Sha256);

/// <summary>A named text that is to be kept from others.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">The text.</param>
internal sealed record SecretRecord(string Name, string Value);

/// <summary>A device's queue.</summary>
/// <param name="Device">The device.</param>
/// <param name="Head">Its head.</param>
internal sealed record QueueRecord(string Device, QueueHead Head);

/// <summary>A document of a queue.</summary>
/// <param name="Device">The device.</param>
/// <param name="Name">The document's name.</param>
/// <param name="Expires">When the state store deletes it by itself, UTC.</param>
/// <param name="Document">The document.</param>
internal sealed record DocumentRecord(string Device, string Name, DateTime Expires, QueueDocument Document);

/// <summary>An event of a device's history.</summary>
/// <param name="Device">The device.</param>
/// <param name="Event">The event.</param>
internal sealed record EventRecord(string Device, QueueEvent Event);

/// <summary>How the records of a backup itself look: with all of their members.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(BackupHeader))]
[JsonSerializable(typeof(BackupEnd))]
[JsonSerializable(typeof(SecretRecord))]
internal sealed partial class BackupJson : JsonSerializerContext;

/// <summary>How the records of queues look: as in the state store, nulls left out.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(QueueRecord))]
[JsonSerializable(typeof(DocumentRecord))]
[JsonSerializable(typeof(EventRecord))]
internal sealed partial class QueueRecordJson : JsonSerializerContext;
