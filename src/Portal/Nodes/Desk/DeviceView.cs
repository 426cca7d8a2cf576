using Gateway.Portal.Api;

namespace Gateway.Portal.Nodes.Desk;

/// <summary>A device behind a node with its tasks.</summary>
/// <param name="Device">The device.</param>
/// <param name="Tasks">Its last tasks, the newest first.</param>
internal sealed record DeviceView(FrontedDevice Device, TaskList Tasks)
{
    /// <summary>How many requests it takes to see.</summary>
    public const int Cost = 2;

    /// <summary>What waits or runs, in the order in which it runs.</summary>
    public IEnumerable<TaskItem> Live => Tasks.Tasks
        .Where(task => TaskStates.IsLive(task.Status))
        .OrderByDescending(task => task.Status == TaskStates.Running)
        .ThenBy(task => task.Priority switch { "high" => 0, "low" => 2, _ => 1 })
        .ThenBy(task => task.CreatedAt)
        .ThenBy(task => task.Id, StringComparer.Ordinal);

    /// <summary>What has ended, the newest first.</summary>
    public IEnumerable<TaskItem> Ended => Tasks.Tasks.Where(task => !TaskStates.IsLive(task.Status));

    /// <summary>Looks at it.</summary>
    public static async Task<ApiAnswer<DeviceView>> LoadAsync(OrchestratorClient client, string id, CancellationToken cancellationToken)
    {
        var device = await client.DeviceAsync(id, cancellationToken);
        if (device.Value is null) return device.Problem!;
        var tasks = await client.TasksAsync(id, cancellationToken);
        return tasks.Value is { } list ? new DeviceView(device.Value, list) : tasks.Problem!;
    }
}
