namespace Gateway.Api.Surfaces.Orchestrator.Errors;

/// <summary>
/// The error catalogue of the Orchestrator surface (orchestrator-api.md, "Detailed error codes"), and what it has no number for.
/// <see cref="OrchestratorErrors"/> maps each value to its code, type, status and message; a test walks every value.
/// </summary>
internal enum OrchestratorErrorCode
{
    /// <summary>401 AUTH_001: the token is not the admin's.</summary>
    InvalidToken,

    /// <summary>401 AUTH_002: the token is not the nodes'.</summary>
    InvalidNodeToken,

    /// <summary>401 AUTH_003: there is no token.</summary>
    TokenMissing,

    /// <summary>401 AUTH_004: the header is not <c>Bearer &lt;token&gt;</c>.</summary>
    TokenFormat,

    /// <summary>404 RES_001.</summary>
    NodeNotFound,

    /// <summary>404 RES_002.</summary>
    DeviceNotFound,

    /// <summary>404 RES_003.</summary>
    TaskNotFound,

    /// <summary>409 RES_004: the idempotency key stands for another task.</summary>
    AlreadyExists,

    /// <summary>404 RES_005: no such emergency action.</summary>
    EmergencyNotFound,

    /// <summary>400 VAL_001: the body is not one JSON object.</summary>
    InvalidJson,

    /// <summary>422 VAL_002: a field that is required is not there.</summary>
    MissingField,

    /// <summary>422 VAL_003: a field is of another type.</summary>
    InvalidType,

    /// <summary>422 VAL_004: a value is not one that is allowed.</summary>
    OutOfRange,

    /// <summary>503 BIZ_001: nobody is there to run it now.</summary>
    NodeOffline,

    /// <summary>409 BIZ_002: the device has something to do.</summary>
    DeviceBusy,

    /// <summary>503 BIZ_003: the device's queue holds as many tasks as it may; nothing was dropped.</summary>
    QueueFull,

    /// <summary>403 BIZ_004: not permitted, in this state or to this caller.</summary>
    NotAllowed,

    /// <summary>409 BIZ_005: the task has ended.</summary>
    TaskEnded,

    /// <summary>429 RATE_001, always with <c>Retry-After</c>.</summary>
    RateLimited,

    /// <summary>404 REQ_001: no such path.</summary>
    PathNotFound,

    /// <summary>405 REQ_002: the path exists, for other methods.</summary>
    MethodNotAllowed,

    /// <summary>413 REQ_003: the body is too large.</summary>
    BodyTooLarge,

    /// <summary>415 REQ_004: bodies are application/json.</summary>
    UnsupportedMediaType,

    /// <summary>400 REQ_005: the request cannot be read, or is not one for this path.</summary>
    BadRequest,

    /// <summary>500 SRV_001: a bug of ours; the text never tells more.</summary>
    InternalError,

    /// <summary>503 SRV_002: a store or a setting that the request needs is missing now.</summary>
    ServiceUnavailable,
}
