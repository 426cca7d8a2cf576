using System.Text;

namespace Gateway.Agent.Commands;

/// <summary>Bounded text: what a command puts out, as a result can carry it.</summary>
internal static class OutputText
{
    /// <summary>The most bytes of output that go into a result: 256 KiB, as UTF-8.</summary>
    public const int Limit = 256 * 1024;

    /// <summary>Reads bytes as UTF-8. What is not UTF-8, and NUL, which no database takes as text, becomes U+FFFD.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes).Replace('\0', '\uFFFD');

    /// <summary>
    /// Cuts a text to so many bytes, between two characters, and says so at its end. A text that fits is returned as it is.
    /// </summary>
    /// <param name="limit">Bytes of UTF-8, the mark not counted.</param>
    public static string Cut(string text, int limit)
    {
        int size = Encoding.UTF8.GetByteCount(text);
        return size <= limit ? text : CutBytes(Encoding.UTF8.GetBytes(text), limit, size);
    }

    /// <param name="total">How many bytes there were, of which <paramref name="bytes"/> are the first.</param>
    public static string CutBytes(ReadOnlySpan<byte> bytes, int limit, long total)
    {
        if (bytes.Length > limit) bytes = bytes[..limit];
        if (total <= bytes.Length) return Decode(bytes);
        bytes = bytes[..WholeCharacters(bytes)];
        return $"{Decode(bytes)}\n[output cut: {bytes.Length} of {total} bytes]";
    }

    /// <summary>How many of the bytes form whole characters: a character of which only a part is there is not counted.</summary>
    private static int WholeCharacters(ReadOnlySpan<byte> bytes)
    {
        // At most three bytes back is the first byte of the last character (RFC 3629: 10xxxxxx continues one).
        for (int back = 1; back <= Math.Min(4, bytes.Length); back++)
        {
            byte lead = bytes[^back];
            if ((lead & 0b1100_0000) == 0b1000_0000) continue;
            int length = lead switch { < 0x80 => 1, >= 0xF0 => 4, >= 0xE0 => 3, >= 0xC0 => 2, _ => 1 };
            return length > back ? bytes.Length - back : bytes.Length;
        }

        return bytes.Length;
    }
}
