namespace Gateway.Core.Verification;

/// <summary>
/// A claim that was sent again after a lost answer may be answered with what it was given the first time. A grant that several
/// answers show was made once: between the first of those requests and the first answer that shows it.
/// </summary>
internal static class RepeatedClaims
{
    /// <summary>The claims of a log, each grant in one of them only.</summary>
    public static IEnumerable<ClaimSeen> Merge(IReadOnlyList<ClaimSeen> claims)
    {
        foreach (var same in claims.GroupBy(claim => claim.Request is null ? $"\0{claim.Line}" : $"{claim.Device}\0{claim.Request}"))
        {
            var requests = same.ToList();
            if (requests.Count == 1)
            {
                yield return requests[0];
                continue;
            }

            var sent = requests.Min(request => request.Sent);
            var shown = new HashSet<(string, string)>();
            foreach (var request in requests.OrderBy(request => request.Answered ?? long.MaxValue))
                yield return request with
                {
                    Sent = sent,
                    Commands = [.. request.Commands.Where(seen => shown.Add((seen.Command, seen.Token)))],
                };
        }
    }
}
