namespace Gateway.Storage.RateLimits;

/// <summary>
/// Where processes on one store count together what rate limits bound. Rows are few and short-lived: one for each count that was given,
/// deleted soon after its window has ended. Thread-safe. Members throw <see cref="StorageUnavailableException"/> when the store does not answer.
/// </summary>
public interface IRateCounts
{
    /// <summary>Whether other processes may be on the same store: with Postgres; SQLite's file belongs to one.</summary>
    bool IsShared { get; }

    /// <summary>
    /// Adds counts, each party and window once, in one statement. After a <see cref="StorageUnavailableException"/> nobody knows whether they
    /// were added.
    /// </summary>
    /// <returns>The same parties and windows with all that was ever added to them.</returns>
    Task<IReadOnlyList<RateCount>> AddAsync(IReadOnlyCollection<RateCount> added, CancellationToken cancellationToken);
}

/// <summary>A count of one party under one rule in one window.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Party">Who is counted, at most 128 characters; never a secret.</param>
/// <param name="WindowEnds">When the window ends.</param>
/// <param name="Count">How many; what is added may be negative.</param>
public sealed record RateCount(string Rule, string Party, DateTimeOffset WindowEnds, long Count);
