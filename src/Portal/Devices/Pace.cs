namespace Gateway.Portal.Devices;

/// <summary>So many at once, and then one in a time. Not thread-safe.</summary>
/// <param name="burst">How many may follow each other at once.</param>
/// <param name="each">After how long each of them is allowed again.</param>
/// <param name="time">The clock.</param>
internal sealed class Pace(int burst, TimeSpan each, TimeProvider time)
{
    private double spent;
    private long last = time.GetTimestamp();

    /// <summary>Counts one more, and answers how long it has to wait.</summary>
    public TimeSpan Spend()
    {
        var now = time.GetTimestamp();
        spent = Math.Max(0, spent - (time.GetElapsedTime(last, now) / each)) + 1;
        last = now;
        return spent <= burst ? TimeSpan.Zero : each * (spent - burst);
    }
}
