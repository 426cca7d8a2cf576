using System.Buffers.Binary;

namespace Gateway.Core.Ids;

/// <summary>
/// A 26-character id in Crockford base 32: 48 bits of Unix milliseconds, then 80 bits of entropy (the layout of a ULID).
/// Ids compare in ordinal order as they were made. Pure: the clock and the entropy come from the caller.
/// </summary>
public static class SortableId
{
    /// <summary>The length of an id.</summary>
    public const int Length = 26;

    /// <summary>How many bytes of entropy <see cref="Create"/> takes.</summary>
    public const int EntropyBytes = 10;

    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>Makes an id of a time and <see cref="EntropyBytes"/> bytes of entropy.</summary>
    public static string Create(DateTimeOffset at, ReadOnlySpan<byte> entropy)
    {
        if (entropy.Length != EntropyBytes)
            throw new ArgumentException($"An id takes {EntropyBytes} bytes of entropy, not {entropy.Length}.", nameof(entropy));
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)Math.Max(0, at.ToUnixTimeMilliseconds()) << 16);
        entropy.CopyTo(bytes[6..]);
        return Encode(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    /// <summary>
    /// Makes an id that sorts after <paramref name="previous"/> (null: no such bound): when the clock has not moved past it,
    /// the id is the previous one plus one.
    /// </summary>
    public static string CreateAfter(string? previous, DateTimeOffset at, ReadOnlySpan<byte> entropy)
    {
        var id = Create(at, entropy);
        return previous is null || string.CompareOrdinal(id, previous) > 0 ? id : Encode(Decode(previous) + 1);
    }

    /// <summary>Whether a text has the form of an id.</summary>
    public static bool IsValid(string? id)
    {
        if (id is not { Length: Length } || id[0] > '7') return false;
        foreach (var c in id)
            if (!Alphabet.Contains(c, StringComparison.Ordinal)) return false;
        return true;
    }

    /// <summary>When an id was made, which it begins with.</summary>
    public static DateTimeOffset MadeAt(string id) => DateTimeOffset.FromUnixTimeMilliseconds((long)(Decode(id) >> 80));

    private static string Encode(UInt128 value) => string.Create(Length, value, static (text, rest) =>
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            text[i] = Alphabet[(int)(rest & 31)];
            rest >>= 5;
        }
    });

    private static UInt128 Decode(string id)
    {
        UInt128 value = 0;
        foreach (var c in id) value = (value << 5) | (uint)Alphabet.IndexOf(c, StringComparison.Ordinal);
        return value;
    }
}
