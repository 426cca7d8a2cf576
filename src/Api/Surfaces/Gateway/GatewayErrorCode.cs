namespace Gateway.Api.Surfaces.Gateway;

/// <summary>
/// Everything that can go wrong on the Gateway surface, as its clients see it. <see cref="GatewayErrors"/> maps each
/// value to its name on the wire, its status and its default message; a test walks every value.
/// </summary>
internal enum GatewayErrorCode
{
    /// <summary>400 INVALID_REQUEST: the body, path or query breaks the specification.</summary>
    InvalidRequest,

    /// <summary>401 UNAUTHORIZED: no credentials, or none that hold.</summary>
    Unauthorized,

    /// <summary>403 FORBIDDEN: the caller is known and may not do this.</summary>
    Forbidden,

    /// <summary>404 NOT_FOUND.</summary>
    NotFound,

    /// <summary>405 METHOD_NOT_ALLOWED: the path exists, for other methods.</summary>
    MethodNotAllowed,

    /// <summary>409 CONFLICT: the thing is in a state that excludes the request.</summary>
    Conflict,

    /// <summary>409 PAYLOAD_CHANGED: a decision about another payload than the one that would run.</summary>
    PayloadChanged,

    /// <summary>413 PAYLOAD_TOO_LARGE.</summary>
    PayloadTooLarge,

    /// <summary>415 UNSUPPORTED_MEDIA_TYPE: bodies are application/json.</summary>
    UnsupportedMediaType,

    /// <summary>429 RATE_LIMITED, always with <c>Retry-After</c>.</summary>
    RateLimited,

    /// <summary>500 INTERNAL_ERROR: a bug of ours; the text never tells more.</summary>
    InternalError,

    /// <summary>503 QUEUE_FULL: the queue, its approvals or its session hold as many commands as they may; nothing was dropped.</summary>
    QueueFull,

    /// <summary>503 SERVICE_UNAVAILABLE: a store or a setting that the request needs is missing now.</summary>
    ServiceUnavailable,
}
