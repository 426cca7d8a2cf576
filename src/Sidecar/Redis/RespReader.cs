using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Gateway.Sidecar.Redis;

// A reply (https://redis.io/docs/latest/develop/reference/protocol-spec/) is a line whose first byte is its type:
//   +OK\r\n                      simple string
//   -ERR no such key\r\n         error
//   :1000\r\n                    integer
//   $5\r\nhello\r\n              bulk string: length, bytes; $-1 is null
//   *2\r\n:1\r\n:2\r\n           array: count, then as many replies; *-1 is null

/// <summary>
/// Reads the replies of one connection, in order. What is no RESP2 is <see cref="RedisFault.Protocol"/>, and a stream that ends is an
/// <see cref="EndOfStreamException"/>; nothing more can be read after either. One reader at a time.
/// </summary>
internal sealed class RespReader(Stream stream)
{
    // The limits are far above what the commands sent here are answered, and keep a stray peer from taking all memory.
    private const int MaxLine = 64 << 10;
    private const int MaxItems = 1 << 20;
    private const int MaxDepth = 8;

    // proto-max-bulk-len: no Redis stores more in one string.
    private const int MaxBulk = 512 << 20;

    // An array grows as its elements come: its announced length alone takes no memory.
    private const int MaxReserved = 1024;

    private byte[] buffer = new byte[16 << 10];
    private int start;
    private int end;

    /// <summary>The next reply.</summary>
    public ValueTask<RespValue> ReadAsync(CancellationToken cancellationToken) => ReadAsync(0, cancellationToken);

    private async ValueTask<RespValue> ReadAsync(int depth, CancellationToken cancellationToken)
    {
        int length = await FindLineAsync(cancellationToken);
        (RespValue value, int? size) = TakeLine(length);
        return value.Kind switch
        {
            RespKind.Bulk when size is { } bytes => RespValue.Bulk(await TakeBulkAsync(bytes, cancellationToken)),
            RespKind.Array when size is { } count => RespValue.Array(await TakeItemsAsync(count, depth + 1, cancellationToken)),
            _ => value,
        };
    }

    /// <summary>Reads until the buffer holds a whole line; its length without the line's end.</summary>
    private async ValueTask<int> FindLineAsync(CancellationToken cancellationToken)
    {
        int searched = 0;
        while (true)
        {
            int found = buffer.AsSpan(start + searched, end - start - searched).IndexOf("\r\n"u8);
            if (found >= 0) return searched + found;
            // The last byte may be the first half of the line's end.
            searched = Math.Max(0, end - start - 1);
            if (searched >= MaxLine) throw Broken("a line without an end");
            await FillAsync(cancellationToken);
        }
    }

    /// <summary>The value of a line; of a bulk string or an array that is not null only its type, and its size.</summary>
    private (RespValue Value, int? Size) TakeLine(int length)
    {
        ReadOnlySpan<byte> line = buffer.AsSpan(start, length);
        start += length + 2;
        if (line.IsEmpty) throw Broken("an empty line");
        ReadOnlySpan<byte> rest = line[1..];
        switch (line[0])
        {
            case (byte)'+':
                return (RespValue.Simple(Encoding.UTF8.GetString(rest)), null);
            case (byte)'-':
                return (RespValue.Error(Encoding.UTF8.GetString(rest)), null);
            case (byte)':':
                return (RespValue.Number(Number(rest)), null);
            case (byte)'$':
                return Size(rest, MaxBulk) is { } bytes ? (RespValue.Bulk([]), bytes) : (RespValue.Null, null);
            case (byte)'*':
                return Size(rest, MaxItems) is { } count ? (RespValue.Array([]), count) : (RespValue.Null, null);
            default:
                throw Broken($"a reply that begins with byte {line[0]}");
        }
    }

    private async ValueTask<byte[]> TakeBulkAsync(int length, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[length];
        int buffered = Math.Min(length, end - start);
        buffer.AsSpan(start, buffered).CopyTo(bytes);
        start += buffered;
        if (buffered < length) await stream.ReadExactlyAsync(bytes.AsMemory(buffered), cancellationToken);
        while (end - start < 2) await FillAsync(cancellationToken);
        if (!buffer.AsSpan(start, 2).SequenceEqual("\r\n"u8)) throw Broken("a bulk string that is longer than it says");
        start += 2;
        return bytes;
    }

    private async ValueTask<RespValue[]> TakeItemsAsync(int count, int depth, CancellationToken cancellationToken)
    {
        if (depth > MaxDepth) throw Broken($"arrays inside one another more than {MaxDepth} deep");
        var items = new List<RespValue>(Math.Min(count, MaxReserved));
        while (items.Count < count) items.Add(await ReadAsync(depth, cancellationToken));
        return [.. items];
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }

        if (end == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
        int read = await stream.ReadAsync(buffer.AsMemory(end), cancellationToken);
        if (read == 0) throw new EndOfStreamException();
        end += read;
    }

    private static long Number(ReadOnlySpan<byte> digits) =>
        Utf8Parser.TryParse(digits, out long number, out int used) && used == digits.Length ? number : throw Broken("an integer that is none");

    /// <summary>A length or count; null where it says null.</summary>
    private static int? Size(ReadOnlySpan<byte> digits, int max)
    {
        long size = Number(digits);
        if (size == -1) return null;
        return size >= 0 && size <= max ? (int)size : throw Broken($"a length of {size.ToString(CultureInfo.InvariantCulture)}");
    }

    private static RedisException Broken(string what) => new(RedisFault.Protocol, $"Redis sent {what}, which is no RESP");
}
