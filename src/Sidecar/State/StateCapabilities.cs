namespace Gateway.Sidecar.State;

/// <summary>What daprd lists for the stores that are also here.</summary>
internal static class StateCapabilities
{
    public static readonly IReadOnlyList<string> All = ["ETAG", "TRANSACTIONAL", "TTL", "DELETE_WITH_PREFIX", "KEYS_LIKE", "ACTOR"];
}
