using Gateway.Agent.Nodes.Link;
using Gateway.Agent.Transport;
using Gateway.Agent.Work;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Nodes;

/// <summary>
/// A device behind the node. It works on one task at a time, and the server knows which: an offer of another one means that the former is not wanted any
/// more. Offers come from one loop; the rest is thread-safe.
/// </summary>
/// <param name="stopping">What has not begun is given back.</param>
/// <param name="killing">What runs is ended.</param>
internal sealed class NodeDevice(
    string id, Worker worker, OutboxSender words, OfferKeeper keeper, NodeLink link, ILogger log, CancellationToken stopping, CancellationToken killing)
{
    private readonly Lock gate = new();
    private Offer? current;
    private Task working = Task.CompletedTask;

    public string Id => id;

    /// <summary><c>active</c> while it works, else <c>idle</c>.</summary>
    public string Status => Working.IsCompleted ? "idle" : "active";

    /// <summary>Ends when it has nothing to do; at once when it has not.</summary>
    public Task Working
    {
        get { lock (gate) return working; }
    }

    /// <summary>Takes an offer. The same one again, over another connection, is the same task: what came of it is said again.</summary>
    public void Take(ClaimedCommand command)
    {
        lock (gate)
        {
            var offer = new Offer(command) { IsLaterAttempt = current?.Key.CommandId == command.Id };
            if (current?.Key == offer.Key)
            {
                NodeLog.OfferedAgain(log, offer.Key.CommandId, id);
                if (current.Result is { } result) words.Post(result);
                return;
            }

            DropCurrent("the server offers another task");
            keeper.Hold(offer.Key);
            (current, working) = (offer, WorkAsync(offer, working));
        }
    }

    /// <summary>Stops a task, when this device works on it.</summary>
    /// <returns>Ends when it has stopped.</returns>
    public Task DropAsync(string taskId, string why)
    {
        lock (gate) return current?.Key.CommandId == taskId ? DropAsync(why) : Task.CompletedTask;
    }

    /// <summary>
    /// Stops a task that an operator's reset took back. What the server has offered anew since is not meant: the reset names tasks without their attempts,
    /// and may come after the task was taken back and offered again.
    /// </summary>
    /// <returns>Ends when it has stopped.</returns>
    public Task ResetAsync(string taskId)
    {
        lock (gate) return current is { IsLaterAttempt: false } ? DropAsync(taskId, "an operator's reset") : Task.CompletedTask;
    }

    /// <summary>Stops whatever it works on.</summary>
    /// <returns>Ends when it has stopped.</returns>
    public Task DropAsync(string why)
    {
        lock (gate)
        {
            DropCurrent(why);
            return working;
        }
    }

    private void DropCurrent(string why)
    {
        if (current is null || working.IsCompleted) return;
        NodeLog.Dropped(log, current.Key.CommandId, id, why);
        keeper.Drop(current.Key);
    }

    private async Task WorkAsync(Offer offer, Task before)
    {
        await Task.Yield();
        try
        {
            link.Notify("device_status", writer =>
            {
                writer.WriteString("device_id", id);
                writer.WriteString("status", "active");
                writer.WriteString("current_task", offer.Key.CommandId);
            });
            offer.Result = await worker.WorkAsync(offer.Command, before.IsCompleted ? null : TurnAsync, killing);
        }
        catch (Exception broken)
        {
            // The border between one task and the next: the server takes this one back when its time is over.
            NodeLog.Broke(log, offer.Key.CommandId, id, broken.Message);
        }
        finally
        {
            keeper.Forget(offer.Key);
            bool isLast;
            lock (gate) isLast = current == offer;
            if (isLast)
            {
                link.Notify("device_status", writer =>
                {
                    writer.WriteString("device_id", id);
                    writer.WriteString("status", "idle");
                });
            }
        }

        async Task TurnAsync(CancellationToken dropped)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(dropped, stopping);
            await before.WaitAsync(either.Token);
        }
    }

    private sealed class Offer(ClaimedCommand command)
    {
        public ClaimedCommand Command => command;

        public ClaimKey Key { get; } = new(command.Id, command.ClaimToken);

        /// <summary>Whether it came in place of an earlier attempt at the same task.</summary>
        public required bool IsLaterAttempt { get; init; }

        /// <summary>Its result, kept until the next offer: a server that has lost it, or has not found the task, offers the task again.</summary>
        public volatile OutboxEntry? Result;
    }
}
