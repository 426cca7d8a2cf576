namespace Gateway.Storage.Backup;

/// <summary>A row of the relational store as a backup has it.</summary>
/// <param name="Table">Its table.</param>
/// <param name="Values">Its columns by name, generated ones left out: a <see cref="string"/>, a <see cref="long"/> or null.</param>
public sealed record StoreRow(string Table, IReadOnlyDictionary<string, object?> Values);

/// <summary>A device and how far its history has come.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="LastSeq">The number of its last event; 0: there is none.</param>
public sealed record DeviceHistory(string DeviceId, long LastSeq);
