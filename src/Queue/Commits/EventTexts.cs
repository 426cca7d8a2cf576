using Gateway.Core.Commands;
using Gateway.Core.Queue;

namespace Gateway.Queue.Commits;

/// <summary>The large texts of events, which the head keeps in documents of their own.</summary>
internal static class EventTexts
{
    /// <summary>The documents that hold an event's texts.</summary>
    public static IEnumerable<string> Documents(QueueEvent e)
    {
        if (e.Definition?.Parameters.Document is { } parameters) yield return parameters;
        if (e.Result?.Output?.Document is { } output) yield return output;
        if (e.Result?.Error?.Document is { } error) yield return error;
    }

    /// <summary>The event with its texts in it.</summary>
    public static QueueEvent Inline(QueueEvent e, Func<string, string> read)
    {
        if (!Documents(e).Any()) return e;
        return e with
        {
            Definition = e.Definition is { } definition ? definition with { Parameters = Read(definition.Parameters)! } : null,
            Result = e.Result is { } result ? result with { Output = Read(result.Output), Error = Read(result.Error) } : null,
        };

        Payload? Read(Payload? payload) => payload?.Document is { } name ? payload with { Text = read(name), Document = null } : payload;
    }

    /// <summary>How much text an event holds, roughly.</summary>
    public static int Length(QueueEvent e) =>
        512 + (e.Definition?.Parameters.Text?.Length ?? 0) + (e.Result?.Output?.Text?.Length ?? 0) + (e.Result?.Error?.Text?.Length ?? 0) + (e.Reason?.Length ?? 0);
}
