using System.Net.Http.Headers;

namespace Gateway.Sidecar.Actors.Hosting;

/// <summary>A call to an actor: PUT of <paramref name="Path"/> under the actor's own path at the app.</summary>
/// <remarks>
/// <para><c>Path</c>: Decoded: <c>method/Name</c>, <c>method/remind/Name</c>, <c>method/timer/Name</c>.</para>
/// <para><c>Query</c>: The caller's query as it was sent, with its question mark, or empty.</para>
/// <para><c>AddHeaders</c>: Adds the headers for the host that is called, content headers included; the reentrancy header is added after it.</para>
/// <para><c>ReentrancyId</c>: The caller's <c>Dapr-Reentrancy-Id</c>, or null.</para>
/// </remarks>
internal sealed record ActorCall(
    string Path, string Query, ReadOnlyMemory<byte> Body, Action<HttpRequestMessage, ActorHost> AddHeaders, string? ReentrancyId)
{
    public const string ReentrancyHeader = "Dapr-Reentrancy-Id";

    /// <summary>A callback: a JSON body and nothing else.</summary>
    public static ActorCall Callback(string path, ReadOnlyMemory<byte> json) =>
        new(path, "", json, static (request, _) => request.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/json"), null);
}

/// <summary>What came of a call.</summary>
/// <remarks>
/// <para><c>Response</c>: The app's answer of 200; null when there was another.</para>
/// <para><c>Body</c>: The body of that answer.</para>
/// <para><c>Error</c>: What went wrong, in daprd's words; null for an answer of 200.</para>
/// <para><c>Host</c>: Where the turn ran; null when it did not begin.</para>
/// </remarks>
internal readonly record struct ActorReply(HttpResponseMessage? Response, ReadOnlyMemory<byte> Body, string? Error, ActorHost? Host) : IDisposable
{
    /// <summary>The error of a turn that was cut short.</summary>
    public const string Cut = "context canceled";

    public bool Succeeded => Error is null;

    /// <summary>The app's port took no connection: the call has not reached it.</summary>
    public bool Refused { get; init; }

    public void Dispose() => Response?.Dispose();

    public static ActorReply Failed(string error, ActorHost? host) => new(null, default, error, host);
}
