using System.Collections.Concurrent;
using System.Security.Cryptography;
using Gateway.Portal.Api;
using Gateway.Portal.SignIn;
using Microsoft.Extensions.Options;

namespace Gateway.Portal.Operators;

/// <summary>Signs operators in by the Orchestrator surface's admin token, in Development at a press, and out of every page of this server. Thread-safe; singleton.</summary>
internal sealed class OperatorSignIn(IHttpClientFactory clients, IOptions<PortalOptions> options, TimeProvider time)
{
    /// <summary>The longest token that is tried, in characters.</summary>
    private const int MaxToken = 1_024;

    private readonly ConcurrentDictionary<string, DateTimeOffset> ended = new(StringComparer.Ordinal);

    /// <summary>Whether a press is enough: Development.</summary>
    public bool TakesAnybody => options.Value.DevelopmentOperatorToken?.Invoke() is not null;

    /// <summary>Signs in by the token, which the API must take.</summary>
    /// <param name="token">What was typed; null: Development's own.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The sign-in, or why there is none.</returns>
    public async Task<(OperatorSession? Session, ApiProblem? Problem)> ByTokenAsync(string? token, CancellationToken cancellationToken)
    {
        token ??= options.Value.DevelopmentOperatorToken?.Invoke();
        // Others no header can carry.
        if (token is not { Length: > 0 and <= MaxToken } || token.AsSpan().ContainsAnyExceptInRange('!', '~')) return (null, ApiProblem.SignedOut);
        var answer = await new OrchestratorClient(clients, token, new RequestBudget(time)).NodesAsync(0, cancellationToken);
        return answer.Problem is { } problem
            ? (null, problem)
            : (new OperatorSession(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), token), null);
    }

    /// <summary>Ends a sign-in here, in pages that are open too.</summary>
    public void End(OperatorSession session)
    {
        var now = time.GetUtcNow();
        foreach (var (id, at) in ended)
        {
            // Its cookie is of no use either.
            if (now - at > PortalCookie.OperatorLifetime) ended.TryRemove(id, out _);
        }

        ended[session.Id] = now;
    }

    /// <summary>Whether a sign-in was ended here.</summary>
    public bool HasEnded(OperatorSession session) => ended.ContainsKey(session.Id);
}
