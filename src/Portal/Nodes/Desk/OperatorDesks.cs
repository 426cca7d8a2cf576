using System.Collections.Concurrent;
using Gateway.Portal.Api;

namespace Gateway.Portal.Nodes.Desk;

/// <summary>The desk of each operator's token on this server. Tokens get here by a sign-in alone, so there are few. Thread-safe; singleton.</summary>
internal sealed class OperatorDesks(IHttpClientFactory clients, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, OperatorDesk> desks = new(StringComparer.Ordinal);

    /// <summary>A token's desk.</summary>
    public OperatorDesk For(string token) => desks.GetOrAdd(token, Create);

    private OperatorDesk Create(string token)
    {
        var budget = new RequestBudget(time);
        return new OperatorDesk(new OrchestratorClient(clients, token, budget), budget, time);
    }
}
