using System.Buffers;
using Gateway.Sidecar.Json;

namespace Gateway.Sidecar.Actors.Reminders;

/// <summary>The bodies of callbacks, with their members in daprd's order.</summary>
internal static class CallbackBody
{
    /// <summary><c>{"data":…,"dueTime":"","period":""}</c>; a reminder's callback never says when it is due.</summary>
    public static ReadOnlyMemory<byte> OfReminder(ReadOnlyMemory<byte>? data)
    {
        ArrayBufferWriter<byte> body = Begin(data);
        body.Write("\"dueTime\":\"\",\"period\":\"\"}"u8);
        return body.WrittenMemory;
    }

    /// <summary><c>{"data":…,"callback":"…","dueTime":"…","period":"…"}</c>, the strings as they were registered.</summary>
    public static ReadOnlyMemory<byte> OfTimer(ReadOnlyMemory<byte>? data, string callback, string dueTime, string period)
    {
        ArrayBufferWriter<byte> body = Begin(data);
        body.Write("\"callback\":"u8);
        GoJson.WriteString(body, callback);
        body.Write(",\"dueTime\":"u8);
        GoJson.WriteString(body, dueTime);
        body.Write(",\"period\":"u8);
        GoJson.WriteString(body, period);
        body.Write("}"u8);
        return body.WrittenMemory;
    }

    private static ArrayBufferWriter<byte> Begin(ReadOnlyMemory<byte>? data)
    {
        var body = new ArrayBufferWriter<byte>(128 + (data?.Length ?? 0));
        body.Write("{"u8);
        if (data is not { } json) return body;
        body.Write("\"data\":"u8);
        body.Write(json.Span);
        body.Write(","u8);
        return body;
    }
}
