namespace Gateway.Storage.History;

/// <summary>A session as history shows it. Times are Unix milliseconds.</summary>
public sealed record SessionRecord
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>The device.</summary>
    public required string DeviceId { get; init; }

    /// <summary>The customer who opened it.</summary>
    public required string CustomerId { get; init; }

    /// <summary><c>diagnostic</c> or <c>remediation</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The customer's words; null: none.</summary>
    public string? Description { get; init; }

    /// <summary><c>active</c>, <c>closed</c> or <c>expired</c>.</summary>
    public required string Status { get; init; }

    /// <summary>When it was opened.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>When it ends by itself.</summary>
    public required long ExpiresAt { get; init; }

    /// <summary>When it ended; null: it has not.</summary>
    public long? EndedAt { get; init; }

    /// <summary>Who ended it, for example <c>customer:abc</c>; null: the clock, or it has not ended.</summary>
    public string? EndedBy { get; init; }

    /// <summary>The number of the last event that said something about it.</summary>
    public required long LastSeq { get; init; }
}
