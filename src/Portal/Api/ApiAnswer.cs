using System.Net;
using System.Text.Json;

namespace Gateway.Portal.Api;

/// <summary>What a call came to: a value, or a problem. Exactly one of them is there.</summary>
internal sealed record ApiAnswer<T>(T? Value, ApiProblem? Problem)
    where T : class
{
    public static implicit operator ApiAnswer<T>(ApiProblem problem) => new(null, problem);

    public static implicit operator ApiAnswer<T>(T value) => new(value, null);
}

/// <summary>Why a call came to nothing, in words that a customer may read.</summary>
/// <param name="Kind">What a page does about it.</param>
/// <param name="Message">A sentence.</param>
/// <param name="Code">The API's error code; null: the API gave no answer.</param>
/// <param name="Details">The error's details; null: none.</param>
public sealed record ApiProblem(ProblemKind Kind, string Message, string? Code = null, JsonElement? Details = null)
{
    /// <summary>The API could not be reached, or not in time.</summary>
    public static ApiProblem Unreachable { get; } =
        new(ProblemKind.Unavailable, "The gateway does not answer at the moment.");

    /// <summary>The sign-in has ended.</summary>
    public static ApiProblem SignedOut { get; } =
        new(ProblemKind.SignedOut, "Your sign-in has ended.");

    /// <summary>A text among the details; null: there is none.</summary>
    public string? Detail(string name) =>
        Details is { ValueKind: JsonValueKind.Object } details && details.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    internal static ProblemKind KindOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => ProblemKind.SignedOut,
        HttpStatusCode.Forbidden or HttpStatusCode.NotFound => ProblemKind.Missing,
        HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => ProblemKind.Unavailable,
        _ => ProblemKind.Refused,
    };
}

/// <summary>What a page does about a problem.</summary>
public enum ProblemKind
{
    /// <summary>The request was understood and refused: tell why.</summary>
    Refused,

    /// <summary>There is no such thing, or it is somebody else's.</summary>
    Missing,

    /// <summary>Try again later.</summary>
    Unavailable,

    /// <summary>Sign in again.</summary>
    SignedOut,
}
