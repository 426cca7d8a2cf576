using Gateway.Storage.Database;
using Microsoft.Extensions.Options;

namespace Gateway.Storage.RateLimits;

/// <summary>The table <c>rate_counts</c>. Whoever adds also deletes, once a minute, what has ended.</summary>
internal sealed class RateCounts(GatewayDatabase database, IOptions<StorageOptions> options, TimeProvider time) : IRateCounts
{
    /// <summary>How often what has ended is deleted, and how long it stays: a replica whose clock is behind still counts in it.</summary>
    internal static readonly TimeSpan DeleteAfter = TimeSpan.FromMinutes(1);

    /// <summary>The most rows of one delete.</summary>
    private const int DeleteAtOnce = 10_000;

    private static readonly Column<RateCount> Rule = Column<RateCount>.OfText("rule", count => count.Rule);
    private static readonly Column<RateCount> Party = Column<RateCount>.OfText("party", count => count.Party);
    private static readonly Column<RateCount> WindowEnds = Column<RateCount>.OfNumber("window_ends", count => count.WindowEnds.ToUnixTimeMilliseconds());
    private static readonly Column<RateCount> Count = Column<RateCount>.OfNumber("count", count => count.Count);

    private long deletedAt = time.GetTimestamp();

    public bool IsShared => options.Value.UsesPostgres;

    public async Task<IReadOnlyList<RateCount>> AddAsync(IReadOnlyCollection<RateCount> added, CancellationToken cancellationToken)
    {
        if (added.Count == 0) return [];
        var rows = database.Rows(added, Rule, Party, WindowEnds, Count);
        // In order, or two replicas that add the same would lock each other.
        var totals = await database.ChangeAsync(
            new Statement(
                $"""
                insert into rate_counts (rule, party, window_ends, count)
                select r.rule, r.party, r.window_ends, r.count from {rows.Source}
                where true
                order by r.rule, r.party, r.window_ends
                on conflict (rule, party, window_ends) do update set count = rate_counts.count + excluded.count
                returning rule, party, window_ends, count
                """,
                rows.Parameters),
            row => new RateCount(row.GetString(0), row.GetString(1), row.Time(2), row.GetInt64(3)),
            Repeat.Never,
            cancellationToken);
        await DeleteEndedAsync(cancellationToken);
        return totals;
    }

    private async Task DeleteEndedAsync(CancellationToken cancellationToken)
    {
        var last = Interlocked.Read(ref deletedAt);
        if (time.GetElapsedTime(last) < DeleteAfter) return;
        // Of those who come at once, one does it.
        if (Interlocked.CompareExchange(ref deletedAt, time.GetTimestamp(), last) != last) return;
        var statement = new Statement(
            """
            delete from rate_counts where (rule, party, window_ends) in
              (select rule, party, window_ends from rate_counts where window_ends < @cutoff limit @limit)
            """,
            ("cutoff", time.GetUtcNow() - DeleteAfter), ("limit", DeleteAtOnce));
        try
        {
            while (await database.ExecuteAsync([statement], Repeat.Safe, cancellationToken) == DeleteAtOnce)
            {
                // There may be more.
            }
        }
        catch (StorageUnavailableException)
        {
            // What was added stands; what has ended goes with the next minute.
        }
    }
}
