using System.Buffers;
using System.Text.Json;

namespace Dapr.Actors.Runtime;

/// <summary>
/// What registers a reminder or timer, and what comes when one fires:
/// <c>{"dueTime":"0h0m1s0ms","period":"0h0m5s0ms","data":"&lt;base64&gt;"}</c>, with <c>callback</c> for a timer.
/// </summary>
internal sealed record CallbackBody(byte[] Data, TimeSpan DueTime, TimeSpan Period, string? Callback)
{
    public static byte[] Write(ActorReminder reminder) => Write(writer =>
    {
        writer.WriteString("dueTime", CallbackTimes.Format(reminder.DueTime));
        writer.WriteString("period", CallbackTimes.Format(reminder.Period, reminder.Repetitions));
        writer.WriteBase64String("data", reminder.State);
        if (reminder.Ttl is { } ttl) writer.WriteString("ttl", CallbackTimes.Format(ttl));
    });

    public static byte[] Write(ActorTimer timer) => Write(writer =>
    {
        writer.WriteString("dueTime", CallbackTimes.Format(timer.DueTime));
        if (timer.Period >= TimeSpan.Zero) writer.WriteString("period", CallbackTimes.Format(timer.Period));
        if (timer.Data is not null) writer.WriteBase64String("data", timer.Data);
        writer.WriteString("callback", timer.TimerCallback);
        if (timer.Ttl is { } ttl) writer.WriteString("ttl", CallbackTimes.Format(ttl));
    });

    /// <exception cref="JsonException">The body is no JSON.</exception>
    /// <exception cref="FormatException">It has none of the members, or one of another form.</exception>
    public static CallbackBody ReadReminder(ReadOnlyMemory<byte> body) => Read(body);

    /// <exception cref="JsonException">The body is no JSON.</exception>
    /// <exception cref="FormatException">It has none of the members, one of another form, or an empty due time.</exception>
    public static CallbackBody ReadTimer(ReadOnlyMemory<byte> body)
    {
        var callback = Read(body);
        if (callback.DueTime < TimeSpan.Zero) throw new FormatException("A timer's due time must not be empty.");
        return callback;
    }

    private static CallbackBody Read(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) throw new FormatException("A callback's body must be an object.");

        var hasDue = root.TryGetProperty("dueTime", out var due);
        var hasPeriod = root.TryGetProperty("period", out var period);
        var hasData = root.TryGetProperty("data", out var data) && data.ValueKind != JsonValueKind.Null;
        var hasCallback = root.TryGetProperty("callback", out var callback);
        var hasTtl = root.TryGetProperty("ttl", out var ttl);
        if (!hasDue && !hasPeriod && !hasData && !hasCallback && !hasTtl) throw new FormatException("A callback's body is empty.");

        // Nobody needs the ttl, but a wrong one is refused like every other wrong time.
        if (hasTtl) CallbackTimes.ParseTime(Text(ttl));
        return new CallbackBody(
            hasData ? Bytes(data) : [],
            hasDue ? CallbackTimes.ParseTime(Text(due)) : TimeSpan.Zero,
            hasPeriod ? CallbackTimes.ParsePeriod(Text(period)) : TimeSpan.Zero,
            hasCallback ? Text(callback) : null);
    }

    private static byte[] Bytes(JsonElement element) =>
        element.ValueKind == JsonValueKind.String && element.TryGetBytesFromBase64(out var bytes)
            ? bytes
            : throw new FormatException("A callback's data must be a base64 string.");

    private static string Text(JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()! : throw new FormatException("A callback's members must be strings.");

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
