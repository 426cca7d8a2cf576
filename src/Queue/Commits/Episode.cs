namespace Gateway.Queue.Commits;

/// <summary>Lets something that goes wrong again and again be logged once when it begins and once when it is over. Thread-safe.</summary>
internal sealed class Episode
{
    private int active;

    /// <summary>Notes a failure; true for the first.</summary>
    public bool Began() => Interlocked.Exchange(ref active, 1) == 0;

    /// <summary>Notes a success; true for the first after a failure.</summary>
    public bool Ended() => Volatile.Read(ref active) == 1 && Interlocked.Exchange(ref active, 0) == 1;
}
