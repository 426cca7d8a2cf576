using Gateway.Core.Devices;

namespace Gateway.Storage.Devices;

/// <summary>What somebody who follows a device knows of it.</summary>
/// <param name="Device">The device as it is known.</param>
/// <param name="LastSeq">The number of the last event that is known.</param>
public readonly record struct KnownDevice(Device Device, long LastSeq);

/// <summary>What the store knows of a device.</summary>
/// <param name="Device">The device as it is.</param>
/// <param name="LastSeq">The number of the last event stored; 0: none.</param>
public readonly record struct ChangedDevice(Device Device, long LastSeq);
