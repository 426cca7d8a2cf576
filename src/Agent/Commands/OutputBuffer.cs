using System.Buffers;

namespace Gateway.Agent.Commands;

/// <summary>Collects what a program puts out on both of its streams, in the order of arrival: the first bytes up to the limit.
/// The rest is counted and dropped, so that the program never waits for a reader. Thread-safe.</summary>
internal sealed class OutputBuffer
{
    private readonly Lock gate = new();
    private readonly ArrayBufferWriter<byte> kept = new();
    private long total;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            total += bytes.Length;
            int room = OutputText.Limit - kept.WrittenCount;
            kept.Write(bytes.Length <= room ? bytes : bytes[..room]);
        }
    }

    public override string ToString()
    {
        lock (gate) return OutputText.CutBytes(kept.WrittenSpan, OutputText.Limit, total);
    }
}
