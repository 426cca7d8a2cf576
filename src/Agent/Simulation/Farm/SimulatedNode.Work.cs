using System.Globalization;
using System.Text.Json;
using Gateway.Agent.Nodes.Link;
using Gateway.Agent.Transport;

namespace Gateway.Agent.Simulation.Farm;

/// <summary>What the node does with tasks.</summary>
internal sealed partial class SimulatedNode
{
    private static readonly ValueTask<RpcOutcome> Silence = new(new TaskCompletionSource<RpcOutcome>().Task);

    private ValueTask<RpcOutcome> Execute(JsonElement values)
    {
        if (RpcMessage.Text(values, "task_id") is not { } task || RpcMessage.Text(values, "device_id") is not { } device || RpcMessage.Number(values, "attempt") is not { } attempt)
            return new(RpcError.InvalidParams);
        if (!devices.Contains(device)) return new(RpcError.UnknownDevice);
        if (isDraining) return new(RpcError.NotBegun);
        if (!world.IsCalm && !world.Settings.IsQuick && Next(0, 1_000) < 3)
        {
            Interlocked.Increment(ref world.Counts.Unanswered);
            return Silence;
        }

        var key = (task, (int)attempt);
        var work = new Work { Connection = link.Connections };
        if (works.TryAdd(key, work))
        {
            world.Progress.Count(Counted.Claimed);
            world.Ledger.Of(task).Begin(new Begun(device, (int)attempt));
            work.Ended = WorkAsync(key, work);
        }
        else if (works[key] is { Ended.IsCompleted: true } before)
        {
            // As the real one: what had begun when it died is told as cut off, what has ended is said again.
            before.Ended = SayAsync(key, before);
        }

        return new(RpcOutcome.Done(writer => writer.WriteBoolean("accepted", true)));
    }

    private RpcOutcome Stop(IEnumerable<string?> tasks)
    {
        foreach (string? task in tasks)
            foreach (((string Task, int) key, Work work) in works)
                if (key.Task == task) work.Kill();
        return RpcOutcome.Done();
    }

    private async Task WorkAsync((string Task, int Attempt) key, Work work)
    {
        await Task.WhenAny(work.Killed, world.DelayAsync(Next(5, world.IsCalm ? 60 : 400), over.Token));
        if (work.Finish()) await SayAsync(key, work);
    }

    /// <summary>Says the result until there is an answer, and now and then something that must be refused.</summary>
    private async Task SayAsync((string Task, int Attempt) key, Work work)
    {
        // The answer to the offer goes first.
        await Task.Yield();
        string mark = string.Create(CultureInfo.InvariantCulture, $"{id}/{key.Attempt}/{(work.IsFinished ? "done" : "cut off")}");
        // Over another connection the task may have moved on, or the server not know any more what it took.
        bool isMischievous = Next(0, 100) < 5 && link.IsOpen && link.Connections == work.Connection;
        if (isMischievous) await SayOnceAsync(key.Task, key.Attempt + 1, mark + "/ahead", work.IsFinished, SaidKind.Ahead);
        while (true)
        {
            try
            {
                await link.Opened.WaitAsync(over.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            SaidAnswer answer = await SayOnceAsync(key.Task, key.Attempt, mark, work.IsFinished, SaidKind.Result);
            if (answer == SaidAnswer.Taken) world.Progress.Count(Counted.Results);
            if (answer == SaidAnswer.Refused) world.Progress.Count(Counted.Refused);
            if (answer == SaidAnswer.Taken && isMischievous)
            {
                await SayOnceAsync(key.Task, key.Attempt, mark + "/other", work.IsFinished, SaidKind.Other);
                Said again = await SayUnheardAsync(key.Task, key.Attempt, mark, work.IsFinished, SaidKind.Again);
                if (link.Connections == work.Connection) world.Ledger.Of(key.Task).Say(again);
            }

            if (answer != SaidAnswer.Unknown) return;
            await world.DelayAsync(Next(50, 400), CancellationToken.None);
        }
    }

    private async Task<SaidAnswer> SayOnceAsync(string task, int attempt, string mark, bool isDone, SaidKind kind)
    {
        Said said = await SayUnheardAsync(task, attempt, mark, isDone, kind);
        world.Ledger.Of(task).Say(said);
        return said.Answer;
    }

    private async Task<Said> SayUnheardAsync(string task, int attempt, string mark, bool isDone, SaidKind kind)
    {
        Reply<RpcResult> reply = await link.CallAsync(
            "task_result",
            writer =>
            {
                writer.WriteString("task_id", task);
                writer.WriteNumber("attempt", attempt);
                writer.WriteString("status", isDone ? "completed" : "failed");
                writer.WriteStartObject("result");
                writer.WriteString("mark", mark);
                writer.WriteEndObject();
                if (!isDone) writer.WriteString("error", "cut off");
            },
            CancellationToken.None);
        SaidAnswer answer = reply.Verdict switch { Verdict.Ok => SaidAnswer.Taken, Verdict.Unavailable => SaidAnswer.Unknown, _ => SaidAnswer.Refused };
        return new Said(attempt, mark, answer, kind, answer == SaidAnswer.Refused ? reply.Detail : "");
    }

    /// <summary>One offer that was begun: it is finished or killed, whichever comes first.</summary>
    private sealed class Work
    {
        private readonly TaskCompletionSource killed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int state;

        /// <summary>Ends when nothing is done about it any more.</summary>
        public Task Ended { get; set; } = Task.CompletedTask;

        /// <summary>Ends when it is killed.</summary>
        public Task Killed => killed.Task;

        /// <summary>The connection over which it was offered, as the node counts.</summary>
        public required int Connection { get; init; }

        public bool IsFinished => Volatile.Read(ref state) == 1;

        /// <summary>Whether it was finished in time.</summary>
        public bool Finish() => Interlocked.CompareExchange(ref state, 1, 0) == 0;

        public void Kill()
        {
            if (Interlocked.CompareExchange(ref state, 2, 0) == 0) killed.TrySetResult();
        }
    }
}
