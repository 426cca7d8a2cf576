using System.Security.Cryptography;
using Gateway.Core.Ids;

namespace Gateway.Api.Surfaces.Orchestrator.Errors;

/// <summary>Each request's id: <c>req_</c> and a <see cref="SortableId"/> in lower case; in every error, in <c>X-Request-Id</c> and in the log.</summary>
internal static class RequestIds
{
    /// <summary>The header of every answer.</summary>
    public const string Header = "X-Request-Id";

    private static readonly object Key = new();

    /// <summary>The id of a request, the same each time.</summary>
    public static string Of(HttpContext context)
    {
        if (context.Items[Key] is string known) return known;
        var time = context.RequestServices.GetRequiredService<TimeProvider>();
        var id = "req_" + SortableId.Create(time.GetUtcNow(), RandomNumberGenerator.GetBytes(SortableId.EntropyBytes)).ToLowerInvariant();
        context.Items[Key] = id;
        return id;
    }
}
