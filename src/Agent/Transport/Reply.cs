namespace Gateway.Agent.Transport;

/// <summary>What the gateway's answer means for the agent, whatever it asked. <see cref="ReplyMap"/> has the status codes.</summary>
internal enum Verdict
{
    Ok,

    /// <summary>401: the secret or the activation code is wrong, or a token that was fresh is refused.</summary>
    Unauthorized,

    /// <summary>403: the claim is not, or no longer, ours; or the device is suspended.</summary>
    Forbidden,

    /// <summary>404.</summary>
    NotFound,

    /// <summary>409: the command has its result already, or was cancelled; or the device is registered already.</summary>
    Conflict,

    /// <summary>413.</summary>
    TooLarge,

    /// <summary>429: try again after the time that came with it.</summary>
    Throttled,

    /// <summary>The request is wrong and would be wrong again: 400 and what else is the client's fault.</summary>
    Rejected,

    /// <summary>No answer, or none that says anything about the request: try again.</summary>
    Unavailable,
}

/// <summary>An answer, or the lack of one.</summary>
/// <param name="Detail">Why it is not Ok, in words fit for a log line; empty when it is.</param>
/// <param name="RetryAfter">How long the gateway asked to wait, if it did.</param>
internal sealed record Reply<T>(Verdict Verdict, T? Value, string Detail = "", TimeSpan? RetryAfter = null)
    where T : class
{
    public Reply<TOther> As<TOther>(Func<T, TOther?> convert)
        where TOther : class =>
        new(Verdict, Value is null ? null : convert(Value), Detail, RetryAfter);
}
