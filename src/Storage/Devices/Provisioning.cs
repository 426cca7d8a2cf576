namespace Gateway.Storage.Devices;

/// <summary>A device to provision.</summary>
/// <param name="Id">Its id (<see cref="Core.Ids.DeviceIds"/>).</param>
/// <param name="CustomerId">Its owner.</param>
/// <param name="Name">The owner's name for it; null: none.</param>
/// <param name="Location">Where it stands, in words; null: unknown.</param>
/// <param name="ActivationCodeHash">The hash of its activation code, which is compared for equality only.</param>
/// <param name="ExpiresAt">Until when the code is good.</param>
public sealed record NewDevice(
    string Id, string CustomerId, string? Name, string? Location, string ActivationCodeHash, DateTimeOffset ExpiresAt);

/// <summary>How a provisioning ended.</summary>
public enum ProvisionOutcome
{
    /// <summary>The device is provisioned, with the code given.</summary>
    Created,

    /// <summary>The id is taken, by whomever; nothing was changed.</summary>
    AlreadyExists,
}

/// <summary>How a new provisioning of a known device ended.</summary>
public enum ReprovisionOutcome
{
    /// <summary>The device must register with the new code; its former credentials are revoked.</summary>
    Reprovisioned,

    /// <summary>The customer has no such device; nothing was changed.</summary>
    NotFound,

    /// <summary>The device is suspended, which only its unlocking ends; nothing was changed.</summary>
    Suspended,
}
