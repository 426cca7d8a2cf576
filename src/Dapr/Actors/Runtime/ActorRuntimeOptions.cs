using System.Text.Json;

namespace Dapr.Actors.Runtime;

/// <summary>
/// Options of the actor runtime. What is null is not sent in <c>/dapr/config</c>, so that the sidecar's default holds
/// (Dapr, "Actor runtime configuration parameters").
/// </summary>
public sealed class ActorRuntimeOptions
{
    private TimeSpan? actorIdleTimeout;
    private TimeSpan? actorScanInterval;
    private TimeSpan? drainOngoingCallTimeout;
    private int? remindersStoragePartitions;
    private JsonSerializerOptions json = new(JsonSerializerDefaults.Web);
    private string apiToken = string.Empty;

    /// <summary>The actor classes that the application hosts.</summary>
    public ActorRegistrationCollection Actors { get; } = [];

    /// <summary>How long after its last turn an actor is deactivated; positive. Dapr's default is 60 minutes.</summary>
    public TimeSpan? ActorIdleTimeout
    {
        get => actorIdleTimeout;
        set => actorIdleTimeout = Positive(value);
    }

    /// <summary>How often the sidecar looks for idle actors; positive. Dapr's default is 30 seconds.</summary>
    public TimeSpan? ActorScanInterval
    {
        get => actorScanInterval;
        set => actorScanInterval = Positive(value);
    }

    /// <summary>How long a running call may take when actors are moved; positive. Dapr's default is 60 seconds.</summary>
    public TimeSpan? DrainOngoingCallTimeout
    {
        get => drainOngoingCallTimeout;
        set => drainOngoingCallTimeout = Positive(value);
    }

    /// <summary>Whether the sidecar waits for running calls before it moves actors; sent only when true.</summary>
    public bool DrainRebalancedActors { get; set; }

    /// <summary>Whether a chain of calls may come back to an actor that is in it; always sent.</summary>
    public ActorReentrancyConfig ReentrancyConfig { get; set; } = new();

    /// <summary>
    /// Whether typed calls use JSON; false by default as in the official package, but must be true here: JSON is the only
    /// format this implementation has.
    /// </summary>
    public bool UseJsonSerialization { get; set; }

    /// <summary>How state, arguments and results are written and read; web defaults.</summary>
    public JsonSerializerOptions JsonSerializerOptions
    {
        get => json;
        set => json = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>The sidecar's token; when empty, <c>DAPR_API_TOKEN</c> of configuration, then of the environment.</summary>
    public string? DaprApiToken
    {
        get => apiToken;
        set => apiToken = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>How many parts the reminders of a type are stored in; not negative. Used by old sidecars only.</summary>
    public int? RemindersStoragePartitions
    {
        get => remindersStoragePartitions;
        set
        {
            if (value is { } count) ArgumentOutOfRangeException.ThrowIfNegative(count, nameof(value));
            remindersStoragePartitions = value;
        }
    }

    /// <summary>The sidecar's address; when empty, <c>DAPR_HTTP_ENDPOINT</c> or <c>DAPR_HTTP_PORT</c> of configuration, then of the environment.</summary>
    public string? HttpEndpoint { get; set; }

    private static TimeSpan? Positive(TimeSpan? value)
    {
        if (value is { } time) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, nameof(value));
        return value;
    }
}
