using System.Text;

namespace Dapr.Actors.Communication;

/// <summary>The checksum that names interfaces and methods on the wire: CRC-64/WE, of which the low 32 bits are used.</summary>
internal static class Crc64
{
    private const ulong Polynomial = 0x42F0E1EBA9EA3693;
    private static readonly ulong[] Table = [.. Enumerable.Range(0, 256).Select(Entry)];

    public static int Id(string text)
    {
        var crc = ulong.MaxValue;
        foreach (var value in Encoding.UTF8.GetBytes(text))
            crc = Table[(byte)(crc >> 56) ^ value] ^ (crc << 8);
        return unchecked((int)~crc);
    }

    private static ulong Entry(int index)
    {
        var crc = (ulong)index << 56;
        for (var bit = 0; bit < 8; bit++)
            crc = (crc & (1UL << 63)) != 0 ? (crc << 1) ^ Polynomial : crc << 1;
        return crc;
    }
}
