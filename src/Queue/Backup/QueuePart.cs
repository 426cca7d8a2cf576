using Gateway.Core.Queue;

namespace Gateway.Queue.Backup;

/// <summary>A part of a device's queue as a backup has it.</summary>
/// <param name="DeviceId">The device.</param>
public abstract record QueuePart(string DeviceId);

/// <summary>The head.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="Head">As it is in the state store.</param>
public sealed record HeadPart(string DeviceId, QueueHead Head) : QueuePart(DeviceId);

/// <summary>A document that the head names, itself or through a segment.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="Name">The document's name.</param>
/// <param name="ExpiresAt">When the state store deletes it by itself.</param>
/// <param name="Document">The document.</param>
public sealed record DocumentPart(string DeviceId, string Name, DateTimeOffset ExpiresAt, QueueDocument Document) : QueuePart(DeviceId);

/// <summary>A document that the head needs and the state store does not have: whatever it held was lost before.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="Name">The document's name.</param>
public sealed record LostPart(string DeviceId, string Name) : QueuePart(DeviceId);
