using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Portal.SignIn;

namespace Gateway.Portal.Api;

/// <summary>
/// The Gateway surface's REST API with the signed-in customer's own token (gateway-api.md, docs/gateway-surface.md). No call throws
/// for what the API answers or for its absence: that is an <see cref="ApiProblem"/>.
/// </summary>
internal sealed class GatewayClient(HttpClient http, CustomerAccess access)
{
    /// <summary>Most commands of a session in one answer.</summary>
    public const int MostCommands = 1_000;

    /// <summary>How much output is asked for at once, in UTF-16 units.</summary>
    private const int MostOutput = 262_144;

    /// <summary>How this client reads and writes JSON.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>A page of the customer's devices.</summary>
    /// <param name="status"><c>all</c>, <c>online</c> or <c>offline</c>.</param>
    /// <param name="search">A part of an id, name or location; null or empty: every device.</param>
    /// <param name="limit">1 to 500.</param>
    /// <param name="offset">How many to pass over.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<ApiAnswer<DeviceList>> ListDevicesAsync(
        string status, string? search, int limit, int offset, CancellationToken cancellationToken) =>
        GetAsync<DeviceList>(
            $"devices?status={status}&limit={limit}&offset={offset}" + (string.IsNullOrWhiteSpace(search) ? "" : $"&search={Uri.EscapeDataString(search)}"),
            cancellationToken);

    /// <summary>A device in detail.</summary>
    public async Task<ApiAnswer<DeviceStatus>> DeviceAsync(string id, CancellationToken cancellationToken) =>
        Map(await GetAsync<DeviceStatusAnswer>($"devices/{Part(id)}/status", cancellationToken), answer => answer.Device);

    /// <summary>Makes a device that may register with the code that is answered.</summary>
    public async Task<ApiAnswer<Activation>> ProvisionAsync(string deviceId, string? name, string? location, CancellationToken cancellationToken) =>
        Map(await PostAsync<ActivationAnswer>("devices/provision", new { deviceId, name, location }, cancellationToken), answer => answer.Device);

    /// <summary>Revokes a device's credentials and gives it a new code.</summary>
    public async Task<ApiAnswer<Activation>> ReprovisionAsync(string id, CancellationToken cancellationToken) =>
        Map(await PostAsync<ActivationAnswer>($"devices/{Part(id)}/reprovision", null, cancellationToken), answer => answer.Device);

    /// <summary>Locks a device out, or lets it in again. The answer's content is of no interest.</summary>
    public Task<ApiAnswer<object>> SetSuspendedAsync(string id, bool suspended, CancellationToken cancellationToken) =>
        PostAsync<object>($"devices/{Part(id)}/{(suspended ? "suspend" : "activate")}", null, cancellationToken);

    /// <summary>The sessions of a device without their commands, the newest first.</summary>
    public async Task<ApiAnswer<IReadOnlyList<Session>>> ListSessionsAsync(string deviceId, int limit, CancellationToken cancellationToken)
    {
        var answer = await GetAsync<SessionListAnswer>($"sessions?deviceId={Part(deviceId)}&limit={limit}", cancellationToken);
        return new ApiAnswer<IReadOnlyList<Session>>(answer.Value?.Sessions, answer.Problem);
    }

    /// <summary>A session and its last commands.</summary>
    /// <param name="id">The session.</param>
    /// <param name="last">How many commands, 1 to <see cref="MostCommands"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<ApiAnswer<Session>> SessionAsync(string id, int last, CancellationToken cancellationToken) =>
        Map(await GetAsync<SessionAnswer>($"sessions/{Part(id)}?last={last}", cancellationToken), answer => answer.Session);

    /// <summary>Opens a session.</summary>
    /// <param name="deviceId">The device.</param>
    /// <param name="type"><c>diagnostic</c> or <c>remediation</c>.</param>
    /// <param name="description">The customer's words; null: none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<ApiAnswer<Session>> OpenSessionAsync(string deviceId, string type, string? description, CancellationToken cancellationToken) =>
        Map(await PostAsync<SessionAnswer>("sessions", new { deviceId, type, description }, cancellationToken), answer => answer.Session);

    /// <summary>Closes a session.</summary>
    public Task<ApiAnswer<object>> CloseSessionAsync(string id, CancellationToken cancellationToken) =>
        PostAsync<object>($"sessions/{Part(id)}/close", null, cancellationToken);

    /// <summary>Sends a command.</summary>
    public async Task<ApiAnswer<SentCommand>> SendAsync(string sessionId, NewCommand command, CancellationToken cancellationToken) =>
        Map(await PostAsync<SentCommandAnswer>($"sessions/{Part(sessionId)}/commands", command, cancellationToken), answer => answer.Command);

    /// <summary>A command in detail.</summary>
    public async Task<ApiAnswer<Command>> CommandAsync(string sessionId, string commandId, CancellationToken cancellationToken) =>
        Map(await GetAsync<CommandAnswer>(CommandPath(sessionId, commandId), cancellationToken), answer => answer.Command);

    /// <summary>Cancels a command.</summary>
    public Task<ApiAnswer<object>> CancelAsync(string sessionId, string commandId, CancellationToken cancellationToken) =>
        SendAsync<object>(HttpMethod.Delete, CommandPath(sessionId, commandId), null, cancellationToken);

    /// <summary>Why a command is not running now.</summary>
    public Task<ApiAnswer<Explanation>> ExplainAsync(string sessionId, string commandId, CancellationToken cancellationToken) =>
        GetAsync<Explanation>($"{CommandPath(sessionId, commandId)}/explain", cancellationToken);

    /// <summary>What a command has printed, from an offset on; of its last claim.</summary>
    public Task<ApiAnswer<OutputPart>> OutputAsync(string sessionId, string commandId, long offset, CancellationToken cancellationToken) =>
        GetAsync<OutputPart>($"{CommandPath(sessionId, commandId)}/output?offset={offset}&limit={MostOutput}", cancellationToken);

    /// <summary>Approves or rejects what was shown: the digest binds the decision to it.</summary>
    public Task<ApiAnswer<object>> DecideAsync(
        string sessionId, string commandId, bool approved, string? digest, string? reason, CancellationToken cancellationToken) =>
        PostAsync<object>($"sessions/{Part(sessionId)}/approve", new { commandId, approved, digest, reason }, cancellationToken);

    private static string CommandPath(string sessionId, string commandId) => $"sessions/{Part(sessionId)}/commands/{Part(commandId)}";

    private static string Part(string text) => Uri.EscapeDataString(text);

    private static ApiAnswer<TTo> Map<TFrom, TTo>(ApiAnswer<TFrom> answer, Func<TFrom, TTo> map)
        where TFrom : class
        where TTo : class => new(answer.Value is { } value ? map(value) : null, answer.Problem);

    private Task<ApiAnswer<T>> GetAsync<T>(string path, CancellationToken cancellationToken)
        where T : class => SendAsync<T>(HttpMethod.Get, path, null, cancellationToken);

    private Task<ApiAnswer<T>> PostAsync<T>(string path, object? body, CancellationToken cancellationToken)
        where T : class => SendAsync<T>(HttpMethod.Post, path, body, cancellationToken);

    private async Task<ApiAnswer<T>> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
        where T : class => await access.SessionAsync() is { } session
        ? await ApiCall.SendAsync<T>(http, method, $"api/v1/customer/{path}", session.AccessToken, body, Json, ProblemOf, cancellationToken)
        : ApiProblem.SignedOut;

    private static ApiProblem? ProblemOf(ProblemKind kind, JsonElement body) =>
        kind == ProblemKind.SignedOut ? ApiProblem.SignedOut
        : body.Deserialize<ErrorAnswer>(Json)?.Error is { Message: not null } error ? new ApiProblem(kind, error.Message, error.Code, error.Details)
        : null;

    private sealed record ErrorAnswer(Error? Error);

    private sealed record Error(string Code, string Message, JsonElement? Details);
}
