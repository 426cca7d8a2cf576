using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.Portal.Tests.Kit;

/// <summary>
/// Stands in for the Orchestrator surface without a socket: one node with idle devices, each of which works on one task at a time and ends it after
/// <see cref="WorkTakes"/> of virtual time; requests in a minute are limited as there. Thread-safe.
/// </summary>
internal sealed class StubFarm(TimeProvider time, int devices) : HttpMessageHandler, IHttpClientFactory
{
    private readonly Lock gate = new();
    private readonly List<StubTask> tasks = [];
    private readonly List<string> requests = [];
    private long window;
    private int inWindow;

    /// <summary>How long a task takes; null: it stays in the queue.</summary>
    public TimeSpan? WorkTakes { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Requests a minute; 0: any number.</summary>
    public int Limit { get; set; }

    /// <summary>The least that was left in a minute.</summary>
    public int LeastLeft { get; private set; } = int.MaxValue;

    /// <summary>How many were refused by the limit.</summary>
    public int Limited { get; private set; }

    /// <summary>Answers instead of the farm; null: the farm answers. It may throw.</summary>
    public Func<string, HttpResponseMessage?>? Instead { get; set; }

    /// <summary>Happens after the farm has done what it was asked for, before its answer goes out; it may throw.</summary>
    public Action<string>? After { get; set; }

    /// <summary>What was asked, as <c>GET /api/nodes</c>.</summary>
    public IReadOnlyList<string> Requests
    {
        get { lock (gate) return [.. requests]; }
    }

    /// <summary>The tasks that were accepted.</summary>
    public IReadOnlyList<StubTask> Tasks
    {
        get { lock (gate) return [.. tasks]; }
    }

    public HttpClient CreateClient(string name) => new(this, disposeHandler: false) { BaseAddress = new Uri("http://farm.test/") };

    /// <summary>An error in the surface's format.</summary>
    public static HttpResponseMessage Error(HttpStatusCode status, string code, string message, object? details = null) =>
        new(status) { Content = JsonContent.Create(new { error = "ERROR", message, code, details = details ?? new { } }) };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = $"{request.Method} {request.RequestUri!.AbsolutePath}";
        var body = request.Content is { } content ? JsonNode.Parse(await content.ReadAsStringAsync(cancellationToken)) : null;
        HttpResponseMessage answer;
        lock (gate)
        {
            requests.Add(asked);
            answer = Count() ?? Instead?.Invoke(asked) ?? Answer(asked.Split('/'), body);
            if (Limit > 0)
            {
                answer.Headers.Add("X-RateLimit-Limit", $"{Limit}");
                answer.Headers.Add("X-RateLimit-Remaining", $"{Math.Max(0, Limit - inWindow)}");
                answer.Headers.Add("X-RateLimit-Reset", $"{(window + 1) * 60}");
            }
        }

        After?.Invoke(asked);
        return answer;
    }

    private HttpResponseMessage? Count()
    {
        if (Limit == 0) return null;
        var minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
        (window, inWindow) = (minute, minute == window ? inWindow + 1 : 1);
        LeastLeft = Math.Min(LeastLeft, Math.Max(0, Limit - inWindow));
        if (inWindow <= Limit) return null;
        Limited++;
        return Error(HttpStatusCode.TooManyRequests, "RATE_001", "Too many requests", new { limit = Limit, window = "1m", retry_after = 5 });
    }

    private HttpResponseMessage Answer(string[] path, JsonNode? body) => path switch
    {
        [_, _, "nodes"] => Json(new { nodes = new[] { new { id = "node-1", name = "Node 1", status = "online", device_count = devices } }, total = 1 }),
        [_, _, "devices"] => Json(new { devices = Enumerable.Range(1, devices).Select(Device), total = devices }),
        [_, _, "devices", var device, "command"] => Accept(device, body!),
        [_, _, "devices", _, "tasks", var task] => Json(Of(task).Show(time.GetUtcNow())),
        [_, _, "devices", _, "tasks", var task, "cancel"] => Cancel(Of(task)),
        [_, _, "emergency", _] => Json(new { emergency_id = "emg_1" }),
        _ => Error(HttpStatusCode.NotFound, "REQ_001", "No such path"),
    };

    private object Device(int number)
    {
        var id = $"device-{number}";
        var task = tasks.LastOrDefault(task => task.Device == id && task.StatusAt(time.GetUtcNow()) == "running");
        return new { id, serial = id, status = task is null ? "idle" : "active", node_id = "node-1", current_task = task?.Id };
    }

    private StubTask Of(string id) => tasks.Single(task => task.Id == id);

    private HttpResponseMessage Accept(string device, JsonNode body)
    {
        var key = (string)body["idempotency_key"]!;
        var task = tasks.Find(task => task.Device == device && task.Key == key);
        if (task is null) tasks.Add(task = new StubTask($"task-{tasks.Count}", device, key, time.GetUtcNow(), WorkTakes));
        return Json(new { task_id = task.Id, status = task.StatusAt(time.GetUtcNow()), device_id = device });
    }

    private HttpResponseMessage Cancel(StubTask task)
    {
        var status = task.StatusAt(time.GetUtcNow());
        if (status is "completed") return Error(HttpStatusCode.Conflict, "BIZ_005", "The task has ended");
        task.IsCancelled = true;
        return Json(new { task_id = task.Id, status = "cancelled" });
    }

    private static HttpResponseMessage Json(object value) => new(HttpStatusCode.OK) { Content = JsonContent.Create(value, options: JsonSerializerOptions.Web) };
}

/// <summary>A task of the farm.</summary>
internal sealed class StubTask(string id, string device, string key, DateTimeOffset acceptedAt, TimeSpan? takes)
{
    public string Id => id;

    public string Device => device;

    public string Key => key;

    public bool IsCancelled { get; set; }

    public string StatusAt(DateTimeOffset now) => IsCancelled ? "cancelled" : takes is null ? "queued" : now - acceptedAt < takes ? "running" : "completed";

    public object Show(DateTimeOffset now) => new
    {
        id,
        device_id = device,
        command = "ping",
        @params = new { },
        status = StatusAt(now),
        priority = "normal",
        timeout = 600,
        attempt = 1,
        created_at = acceptedAt,
    };
}
