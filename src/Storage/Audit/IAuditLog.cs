namespace Gateway.Storage.Audit;

/// <summary>Who did what. Entries are only added, and deleted after their retention. Throws <see cref="StorageUnavailableException"/> when the store does not answer.</summary>
public interface IAuditLog
{
    /// <summary>Adds an entry; it is durable when this returns.</summary>
    Task AppendAsync(AuditEntry entry, CancellationToken cancellationToken);

    /// <summary>Entries, the newest first, of one device or of all (<paramref name="deviceId"/> null).</summary>
    Task<IReadOnlyList<AuditEntry>> ListAsync(string? deviceId, int limit, CancellationToken cancellationToken);
}

/// <summary>One thing that somebody did.</summary>
public sealed record AuditEntry
{
    /// <summary>When, to the millisecond.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who, for example <c>customer:abc</c> or <c>device:pi-1</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>What, for example <c>device.provision</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The device that it was done to; null: none.</summary>
    public string? DeviceId { get; init; }

    /// <summary>The session that it was done in; null: none.</summary>
    public string? SessionId { get; init; }

    /// <summary>The command that it was done to; null: none.</summary>
    public string? CommandId { get; init; }

    /// <summary>More about it, a JSON text without secrets; null: nothing.</summary>
    public string? DetailJson { get; init; }
}
