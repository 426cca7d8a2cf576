using System.Buffers;
using System.Text;
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

    /// <summary>The JSON of a member as Go passes it on: without white space, and with what is special in HTML escaped.</summary>
    public static byte[] Compact(ReadOnlySpan<byte> json)
    {
        var output = new ArrayBufferWriter<byte>(json.Length + 16);
        bool inString = false;
        for (int i = 0; i < json.Length; i++)
        {
            byte value = json[i];
            if (!inString && value is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') continue;
            if (value == '"') inString = !inString;
            if (value is (byte)'<' or (byte)'>' or (byte)'&')
            {
                output.Write(Encoding.ASCII.GetBytes($"\\u00{value:x2}"));
                continue;
            }

            output.Write([value]);
            if (value == '\\' && inString && i + 1 < json.Length) output.Write([json[++i]]);
        }

        return output.WrittenSpan.ToArray();
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
