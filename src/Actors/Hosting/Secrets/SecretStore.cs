using Dapr;
using Dapr.Client;

namespace Gateway.Actors.Hosting.Secrets;

/// <summary>
/// Reads secrets from the Dapr component <c>secrets</c> (https://docs.dapr.io/reference/api/secrets_api/), each by its own name. The names of
/// Kubernetes's secrets have neither underscores nor capitals: there all of them are keys of one, <c>gateway-secrets</c>.
/// </summary>
/// <remarks>
/// What is not there, or what the store keeps from this app, is not found, and the settings that the program has otherwise stand. A store that
/// does not answer may have it all the same, so nobody may start without: a surface would stay closed until the next start.
/// </remarks>
internal sealed class SecretStore(DaprClient dapr, TimeProvider time, ILogger logger)
{
    /// <summary>The component's name.</summary>
    public const string Component = "secrets";

    /// <summary>The secret that has all the others as its keys, in a store of type <c>secretstores.kubernetes</c>.</summary>
    public const string KubernetesSecret = "gateway-secrets";

    private const string KubernetesType = "secretstores.kubernetes";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Dapr has one error for all that a store may answer, with the store's own words in it.</summary>
    private static readonly string[] WordsOfAbsence = ["not found", "NotFound", "not exist", "can't find", "access denied by policy", "is forbidden"];

    /// <summary>Reads those that are there, by name.</summary>
    /// <param name="names">What is wanted.</param>
    /// <param name="patience">How long it waits for the sidecar and its store.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="GatewayStartException">By then the sidecar or the store did not answer.</exception>
    public async Task<IReadOnlyDictionary<string, string>> ReadAsync(
        IReadOnlyList<string> names, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        Exception? failure = null;
        try
        {
            await dapr.WaitForSidecarAsync(either.Token);
            while (true)
            {
                try
                {
                    return await TryReadAsync(names, either.Token);
                }
                catch (DaprException e) when (!either.IsCancellationRequested)
                {
                    if (failure is null) SecretLog.Failing(logger, Reason(e));
                    failure = e;
                }

                await Task.Delay(Pause, time, either.Token);
            }
        }
        catch (Exception e) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new GatewayStartException(
                failure is null
                    ? $"No sidecar answers (DAPR_HTTP_ENDPOINT, DAPR_HTTP_PORT), or its components are not up, after {patience.TotalSeconds} s (Gateway__Sidecar__StartTimeout); its log says why."
                    : $"The secret store '{Component}' cannot be read: {Reason(failure)}",
                failure ?? e);
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> TryReadAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, string>();
        var store = (await dapr.GetMetadataAsync(cancellationToken)).Components.FirstOrDefault(component => component.Name == Component);
        if (store is null)
        {
            SecretLog.NoStore(logger);
            return found;
        }

        var all = store.Type == KubernetesType ? await FindAsync(KubernetesSecret, cancellationToken) : null;
        foreach (var name in names)
        {
            var secret = all ?? await FindAsync(name, cancellationToken);
            // Some stores name the one value of a secret otherwise than the secret.
            var value = secret.GetValueOrDefault(name) ?? (all is null && secret.Count == 1 ? secret.Values.First() : null);
            // From the environment Dapr also answers what is not there, as empty.
            if (!string.IsNullOrEmpty(value)) found[name] = value;
        }

        SecretLog.Read(logger, found.Count == 0 ? "none" : string.Join(", ", found.Keys));
        return found;
    }

    private async Task<IReadOnlyDictionary<string, string>> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await dapr.GetSecretAsync(Component, name, cancellationToken: cancellationToken);
        }
        catch (DaprException e) when (SaysAbsent(e))
        {
            return new Dictionary<string, string>();
        }
    }

    private static bool SaysAbsent(Exception e) =>
        WordsOfAbsence.Any(words => Reason(e).Contains(words, StringComparison.OrdinalIgnoreCase));

    /// <summary>What the sidecar said, which names the secret and never its value; behind the client's own words.</summary>
    private static string Reason(Exception e) => e.InnerException is { } inner ? Reason(inner) : e.Message.ReplaceLineEndings(" ");
}

/// <summary>Log messages of the secret store: events 3130 to 3139. Names, never values.</summary>
internal static partial class SecretLog
{
    [LoggerMessage(3130, LogLevel.Information, "From the secret store: {Names}")]
    public static partial void Read(ILogger logger, string names);

    [LoggerMessage(3131, LogLevel.Information, "There is no secret store 'secrets'; secrets are the environment's")]
    public static partial void NoStore(ILogger logger);

    [LoggerMessage(3132, LogLevel.Warning, "The secret store 'secrets' cannot be read yet, and is asked again: {Reason}")]
    public static partial void Failing(ILogger logger, string reason);
}
