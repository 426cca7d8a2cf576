using System.Text.Json;
using Gateway.Core.Commands;
using Gateway.Core.Queue.Operations;

namespace Gateway.Queue.Tests.Fakes;

/// <summary>What it asks for.</summary>
internal sealed partial class TortureClient
{
    private Enqueue NewCommand()
    {
        var key = $"k{torture.Next}";
        var command = QueueReplica.Command(
            parameters: $"{{\"k\":\"{key}\",\"x\":\"{new string('p', random.Next(4) == 0 ? 200 : 1)}\"}}",
            key: random.Next(8) == 0 ? null : key,
            session: random.Next(3) == 0 ? torture.Session : null,
            priority: random.Next(3) == 0 ? random.Next(10) : 5) with
        {
            RequiresApproval = random.Next(8) == 0,
            AtMostOnce = random.Next(8) == 0,
            ExpiresAt = random.Next(8) == 0 ? torture.Time.GetUtcNow().AddMilliseconds(random.Next(60_000)) : null,
            TimeoutMs = random.Next(8) == 0 ? random.Next(1_000, 30_000) : null,
        };
        if (command.IdempotencyKey is not null) torture.Sent.Add(command);
        return command;
    }

    private SubmitResult NewResult((string Id, string Token) claim)
    {
        var (state, status) = random.Next(2) == 0 ? (CommandState.Completed, "success") : (CommandState.Failed, "failure");
        return QueueReplica.Result(new ClaimedCommand(claim.Id, "", "", 0, claim.Token, 0, null, 0), new string('o', random.Next(3) * 60)) with
        {
            State = state,
            Status = status,
            Error = random.Next(4) == 0 ? new string('e', 100) : null,
        };
    }

    private static string? KeyIn(string parameters)
    {
        using var json = JsonDocument.Parse(parameters);
        return json.RootElement.GetProperty("k").GetString();
    }
}
