using Dapr.Actors;

namespace Gateway.Actors.Sweeps;

/// <summary>One recurring look over all devices; its id says which (<see cref="SweepKinds"/>). Being an actor, it runs once in the whole deployment.</summary>
public interface ISweepActor : IActor
{
    /// <summary>Sets its reminder; again: sets it anew.</summary>
    Task StartAsync();
}

/// <summary>The sweeps and their periods.</summary>
internal static class SweepKinds
{
    /// <summary>Turns devices offline that have not been heard of (DESIGN, "Presence").</summary>
    public const string Presence = "presence";

    /// <summary>Finds deadlines that no reminder told of (DESIGN, "Deadlines").</summary>
    public const string Overdue = "overdue";

    /// <summary>Walks all heads, page by page, so that history gets what a crash left in one that nobody opens.</summary>
    public const string Heads = "heads";

    /// <summary>Detaches the channels that dead replicas held (DESIGN, "Channels").</summary>
    public const string Channels = "channels";

    /// <summary>Each sweep with the time between two looks.</summary>
    public static readonly IReadOnlyDictionary<string, TimeSpan> Periods = new Dictionary<string, TimeSpan>
    {
        [Presence] = TimeSpan.FromSeconds(10),
        [Overdue] = TimeSpan.FromSeconds(15),
        [Heads] = TimeSpan.FromSeconds(10),
        [Channels] = TimeSpan.FromSeconds(15),
    };
}
