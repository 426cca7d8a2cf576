using System.Globalization;
using System.Text.Json;
using Gateway.Agent.Nodes.Link;
using Gateway.Agent.Transport;

namespace Gateway.Agent.Nodes;

/// <summary>
/// The last word on tasks, over the node's socket: where there is none it is waited for. A claim's token is the how-manieth offer of its task it is.
/// </summary>
internal sealed class NodeWords(NodeLink link) : IWordTaker
{
    /// <summary>The same result is written the same, however often.</summary>
    public Task<Reply<WordTaken>> SubmitAsync(string commandId, ResultRequest result, CancellationToken cancel) => SayAsync(
        "task_result",
        writer =>
        {
            writer.WriteString("task_id", commandId);
            writer.WriteNumber("attempt", int.Parse(result.ClaimToken, CultureInfo.InvariantCulture));
            writer.WriteString("status", result.Status == "success" ? "completed" : "failed");
            writer.WriteStartObject("result");
            WriteOutput(writer, result.Output);
            writer.WriteNumber("duration_ms", result.Duration);
            writer.WriteEndObject();
            if (result.Status == "success") writer.WriteNull("error");
            else writer.WriteString("error", result.Error ?? result.Status);
        },
        cancel);

    public Task<Reply<WordTaken>> ReleaseAsync(string commandId, ReleaseRequest release, CancellationToken cancel) =>
        SayAsync("task_release", writer => writer.WriteString("task_id", commandId), cancel);

    private async Task<Reply<WordTaken>> SayAsync(string method, Action<Utf8JsonWriter> writeParams, CancellationToken cancel)
    {
        await link.Opened.WaitAsync(cancel);
        return (await link.CallAsync(method, writeParams, cancel)).As(_ => new WordTaken());
    }

    /// <summary>What a command puts out as JSON goes as JSON, other output as text.</summary>
    private static void WriteOutput(Utf8JsonWriter writer, string? output)
    {
        if (output is null) return;
        writer.WritePropertyName("output");
        if (output.StartsWith('{'))
        {
            try
            {
                JsonElement.Parse(output).WriteTo(writer);
                return;
            }
            catch (JsonException)
            {
                // Text that only looks like it, or was cut.
            }
        }

        writer.WriteStringValue(output);
    }
}
