using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.Agent.Simulation.Farm;

/// <summary>The admin's side: sends tasks under keys of their own, some of them twice, hangs up on some answers, and looks at what came of them.</summary>
internal sealed class TaskSender(IReadOnlyList<string> devices, FarmWorld world, string run)
{
    private const int PageSize = 200, MostAttempts = 200;

    private static readonly string[] Priorities = ["low", "normal", "high"];

    /// <summary>Sends the run's n-th task until the server has said that it is accepted.</summary>
    public async Task SendAsync(int n, CancellationToken cancel)
    {
        Random random = world.RandomFor(2, n);
        string device = devices[random.Next(devices.Count)];
        string key = string.Create(CultureInfo.InvariantCulture, $"{run}-{n}");
        var body = new JsonObject
        {
            ["command"] = "simulated_work",
            ["params"] = new JsonObject { ["n"] = n },
            ["priority"] = Priorities[random.Next(Priorities.Length)],
            ["idempotency_key"] = key,
        };
        TimeSpan? drop = random.Next(100) < 5 ? TimeSpan.FromMilliseconds(random.NextDouble() * 12 + 0.2) : null;
        bool twice = random.Next(100) < 8;
        if (await InsistAsync(device, key, body, drop, cancel) && twice) await InsistAsync(device, key, body, null, cancel);
    }

    /// <summary>Looks at a device's tasks, page by page.</summary>
    public async Task LookAsync(string device, CancellationToken cancel)
    {
        string? before = null;
        do
        {
            string path = $"api/devices/{device}/tasks?limit={PageSize}{(before is null ? "" : $"&before={before}")}";
            Exchange page = await world.Http.InsistAsync(world.Admin, new Call(HttpMethod.Get, path), cancel);
            if (!page.Ok) throw Unexpected($"GET {path}", page);
            foreach (JsonElement task in page.At("tasks").EnumerateArray())
                world.Ledger.Of(task.GetProperty("id").GetString()!).Shown = Read(device, task);
            before = page.Text("next_before");
        }
        while (before is not null);
    }

    private async Task<bool> InsistAsync(string device, string key, JsonObject body, TimeSpan? drop, CancellationToken cancel)
    {
        string path = $"api/devices/{device}/command";
        for (int attempt = 0; attempt < MostAttempts; attempt++, drop = null)
        {
            if (attempt > 0) world.Progress.Count(Counted.Repeated);
            Exchange exchange = await world.Http.SendAsync(world.Admin, new Call(HttpMethod.Post, path, body, drop), cancel);
            if (exchange.Ok && exchange.Text("task_id") is { } task)
            {
                TaskTrace trace = world.Ledger.Of(task);
                if (trace.Device is null) world.Progress.Count(Counted.Accepted);
                trace.Accept(key, device);
                return true;
            }

            if (!exchange.IsOpen) throw Unexpected($"POST {path}", exchange);
            await world.DelayAsync(200, cancel);
        }

        return false;
    }

    private static TaskShown Read(string device, JsonElement task) => new(
        device,
        task.GetProperty("status").GetString()!,
        task.GetProperty("attempt").GetInt32(),
        Text(task.GetProperty("result"), "mark"),
        Text(task.GetProperty("error"), "code"));

    private static string? Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement text) ? text.GetString() : null;

    private static AgentException Unexpected(string what, Exchange exchange) => new(string.Create(
        CultureInfo.InvariantCulture, $"The server does not take {what}: HTTP {exchange.Status}, {exchange.Text("message") ?? "no reason given"}."));
}
