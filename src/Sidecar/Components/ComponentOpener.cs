using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Secrets;

namespace Gateway.Sidecar.Components;

/// <summary>Opens the components of the resources: secret stores first, then the rest, each in the order of the files.</summary>
internal sealed class ComponentOpener(SidecarContext context, IReadOnlyList<ISidecarFeature> features, ILogger logger)
{
    public async Task OpenAllAsync(CancellationToken cancellationToken)
    {
        ILookup<bool, ComponentDocument> documents = context.Resources.Components
            .ToLookup(document => document.Type.StartsWith("secretstores.", StringComparison.Ordinal));
        foreach (ComponentDocument document in context.Options.SecretStoresOnly ? documents[true] : documents[true].Concat(documents[false]))
        {
            try
            {
                await OpenAsync(document, cancellationToken);
            }
            catch (ComponentException error)
            {
                string line = $"{document.File}: component '{document.Name}' ({document.Type}/{document.Version}): {error.Message}";
                if (!document.IgnoreErrors) throw new SidecarStartException(line, error);
                ResourceLog.ComponentIgnored(logger, line);
            }
        }
    }

    private async Task OpenAsync(ComponentDocument document, CancellationToken cancellationToken)
    {
        ComponentSpec spec = Resolve(document);
        foreach (ISidecarFeature feature in features)
        {
            if (await feature.AddComponentAsync(spec, cancellationToken) is not { } capabilities) continue;
            context.Components.Add(new LoadedComponent(spec, capabilities));
            ResourceLog.ComponentLoaded(logger, spec.Name, spec.Type, spec.Version);
            return;
        }

        throw new ComponentException($"couldn't find {Describe(document.Type)} {document.Type}/{document.Version}");
    }

    private ComponentSpec Resolve(ComponentDocument document)
    {
        var metadata = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (ComponentValue item in document.Values) metadata[item.Name] = FillIn(item, Value(document, item));
        return new ComponentSpec
        {
            Name = document.Name,
            Type = document.Type,
            Version = document.Version,
            Metadata = metadata,
            Scopes = document.Scopes,
            File = document.File,
        };
    }

    private string Value(ComponentDocument document, ComponentValue item)
    {
        if (item.EnvRef is { } variable) return EnvironmentSecretStore.IsReserved(variable) ? "" : Environment.GetEnvironmentVariable(variable) ?? "";
        if (item.SecretKeyRef is not { } secret) return item.Value ?? "";
        if (document.SecretStore is not { } storeName) throw new ComponentException($"'{item.Name}' has a secretKeyRef, but auth.secretStore is missing");
        if (context.Secrets.Find(storeName) is not { } store) throw new ComponentException($"auth.secretStore '{storeName}' is not a secret store that was loaded");
        return store.Get(secret.Name)?.GetValueOrDefault(secret.Key)
            ?? throw new ComponentException($"secret '{secret.Name}' with the key '{secret.Key}' is not in the secret store '{storeName}'");
    }

    // https://docs.dapr.io/operations/components/component-schema/#templated-metadata-values
    private string FillIn(ComponentValue item, string value)
    {
        if (!value.Contains('{')) return value;
        if (value.Contains("{podName}", StringComparison.Ordinal))
        {
            string pod = Environment.GetEnvironmentVariable("POD_NAME") is { Length: > 0 } name
                ? name
                : throw new ComponentException($"'{item.Name}' says {{podName}}, but POD_NAME is not set");
            value = value.Replace("{podName}", pod, StringComparison.Ordinal);
        }

        return value
            .Replace("{appID}", context.Options.AppId, StringComparison.Ordinal)
            .Replace("{namespace}", context.Options.Namespace ?? "", StringComparison.Ordinal)
            .Replace("{uuid}", Guid.NewGuid().ToString(), StringComparison.Ordinal);
    }

    private static string Describe(string type) => type.Split('.')[0] switch
    {
        "state" => "state store",
        "pubsub" => "message bus",
        "secretstores" => "secret store",
        "bindings" => "binding",
        "conversation" => "conversation",
        _ => "component type",
    };
}
