using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gateway.Portal.Api;

/// <summary>
/// The Orchestrator surface's REST API with an operator's token (orchestrator-api.md, docs/orchestrator-surface.md). No call throws for what
/// the API answers or for its absence: that is an <see cref="ApiProblem"/>.
/// </summary>
internal sealed class OrchestratorClient(IHttpClientFactory clients, string token, RequestBudget budget)
{
    /// <summary>The HTTP client for this machine's app port.</summary>
    public const string HttpClientName = "Gateway.Portal.Orchestrator";

    /// <summary>The code of a request beyond the limit.</summary>
    public const string RateLimited = "RATE_001";

    /// <summary>How many nodes and devices one request answers at most.</summary>
    public const int MostNodes = 100, MostDevices = 1_000;

    private const int ShownTasks = 100;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>A part of the nodes, by id.</summary>
    public Task<ApiAnswer<NodeList>> NodesAsync(int offset, CancellationToken cancellationToken) =>
        GetAsync<NodeList>($"nodes?limit={MostNodes}&offset={offset}", cancellationToken);

    /// <summary>A part of the devices behind nodes, by id.</summary>
    public Task<ApiAnswer<FrontedList>> DevicesAsync(int offset, CancellationToken cancellationToken) =>
        GetAsync<FrontedList>($"devices?limit={MostDevices}&offset={offset}", cancellationToken);

    /// <summary>A device behind a node.</summary>
    public Task<ApiAnswer<FrontedDevice>> DeviceAsync(string id, CancellationToken cancellationToken) =>
        GetAsync<FrontedDevice>($"devices/{Part(id)}", cancellationToken);

    /// <summary>A device's last tasks, the newest first.</summary>
    public Task<ApiAnswer<TaskList>> TasksAsync(string deviceId, CancellationToken cancellationToken) =>
        GetAsync<TaskList>($"devices/{Part(deviceId)}/tasks?limit={ShownTasks}", cancellationToken);

    /// <summary>A task.</summary>
    public Task<ApiAnswer<TaskItem>> TaskAsync(string deviceId, string taskId, CancellationToken cancellationToken) =>
        GetAsync<TaskItem>($"devices/{Part(deviceId)}/tasks/{Part(taskId)}", cancellationToken);

    /// <summary>Runs a command on a device.</summary>
    public Task<ApiAnswer<TaskAnswer>> RunAsync(string deviceId, NewTask task, CancellationToken cancellationToken) =>
        SendAsync<TaskAnswer>(HttpMethod.Post, $"devices/{Part(deviceId)}/command", task, budget.Note, cancellationToken);

    /// <summary>Cancels a task.</summary>
    public Task<ApiAnswer<TaskAnswer>> CancelAsync(string deviceId, string taskId, CancellationToken cancellationToken) =>
        SendAsync<TaskAnswer>(HttpMethod.Post, $"devices/{Part(deviceId)}/tasks/{Part(taskId)}/cancel", null, budget.Note, cancellationToken);

    /// <summary>Takes back what a node's devices, all nodes' (<c>orchestrator</c>) or a device works on.</summary>
    public Task<ApiAnswer<EmergencyBegun>> SoftResetAsync(string target, string reason, CancellationToken cancellationToken) =>
        SendAsync<EmergencyBegun>(HttpMethod.Post, "emergency/soft-reset", new { target, reason }, null, cancellationToken);

    /// <summary>A code for one service reset.</summary>
    public Task<ApiAnswer<IssuedCode>> IssueCodeAsync(CancellationToken cancellationToken) =>
        SendAsync<IssuedCode>(HttpMethod.Post, "emergency/confirm-code", null, null, cancellationToken);

    /// <summary>Takes everything back and restarts the service.</summary>
    public Task<ApiAnswer<EmergencyBegun>> ServiceResetAsync(string code, string reason, string approver, CancellationToken cancellationToken) =>
        SendAsync<EmergencyBegun>(HttpMethod.Post, "emergency/service-reset", new { confirm_code = code, reason, approver }, null, cancellationToken);

    /// <summary>What came of an emergency action.</summary>
    public Task<ApiAnswer<EmergencyReport>> EmergencyAsync(string id, CancellationToken cancellationToken) =>
        GetAsync<EmergencyReport>($"emergency/{Part(id)}", cancellationToken);

    private static string Part(string text) => Uri.EscapeDataString(text);

    private Task<ApiAnswer<T>> GetAsync<T>(string path, CancellationToken cancellationToken)
        where T : class => SendAsync<T>(HttpMethod.Get, path, null, budget.Note, cancellationToken);

    /// <param name="method">The method.</param>
    /// <param name="path">Below <c>/api/</c>.</param>
    /// <param name="body">What is sent; null: nothing.</param>
    /// <param name="note">Learns the limit; null: the answer tells of another one, that of emergency actions.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    private async Task<ApiAnswer<T>> SendAsync<T>(
        HttpMethod method, string path, object? body, Action<HttpResponseMessage>? note, CancellationToken cancellationToken)
        where T : class
    {
        using var http = clients.CreateClient(HttpClientName);
        return await ApiCall.SendAsync<T>(http, method, $"api/{path}", token, body, Json, ProblemOf, cancellationToken, note);
    }

    private static ApiProblem? ProblemOf(ProblemKind kind, JsonElement body)
    {
        if (body.Deserialize<ErrorAnswer>(Json) is not { Code: { } code, Message: { } message } error) return null;
        return code switch
        {
            _ when kind == ProblemKind.SignedOut => new ApiProblem(kind, "The operator's token is not this server's any more.", code),
            RateLimited when error.Details?.Deserialize<LimitDetails>(Json) is { } limit => new ApiProblem(
                kind, $"The {limit.Limit} requests in {limit.Window} that this token has are used up. It goes on in {limit.RetryAfter} s.", code),
            // Permission is not what is asked for here, so 403 is a word on what was sent.
            "BIZ_004" => new ApiProblem(ProblemKind.Refused, $"{message}.", code),
            _ when error.Details?.Deserialize<FieldDetails>(Json)?.Errors is { Count: > 0 } fields => new ApiProblem(
                kind, string.Join(" ", fields.Select(field => $"{field.Field}: {field.Message}.")), code),
            _ => new ApiProblem(kind, $"{message.TrimEnd('.')}.", code, error.Details),
        };
    }

    private sealed record ErrorAnswer(string? Code, string? Message, JsonElement? Details);

    private sealed record LimitDetails(long Limit, string Window, long RetryAfter);

    private sealed record FieldDetails(IReadOnlyList<FieldMistake>? Errors);

    private sealed record FieldMistake(string Field, string Message);
}
