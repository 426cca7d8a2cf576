using Gateway.Sidecar.Components;
using Gateway.Sidecar.Hosting;

namespace Gateway.Sidecar.State;

/// <summary>
/// How a state store's keys are made from the app's (metadata <c>keyPrefix</c>,
/// https://docs.dapr.io/developing-applications/building-blocks/state-management/howto-share-state/). Actor keys do not go
/// through it: they are always <c>appId||type||id||key</c>.
/// </summary>
internal sealed class KeyPrefix
{
    /// <summary>Joins the parts of a key, and so may not stand inside one.</summary>
    public const string Separator = "||";

    private readonly string prefix;

    private KeyPrefix(string prefix) => this.prefix = prefix;

    /// <summary>Reads the metadata of a component.</summary>
    public static KeyPrefix Of(ComponentSpec component, SidecarOptions options)
    {
        string strategy = component.Metadata.GetValueOrDefault("keyPrefix") ?? "";
        if (strategy.Contains(Separator, StringComparison.Ordinal))
            throw new ComponentException($"keyPrefix '{strategy}' can't contain '{Separator}'");
        return new KeyPrefix(strategy.ToLowerInvariant() switch
        {
            "" or "appid" => options.AppId + Separator,
            "name" => component.Name + Separator,
            "none" => "",
            "namespace" => (options.Namespace is { } space ? $"{space}.{options.AppId}" : options.AppId) + Separator,
            _ => strategy + Separator,
        });
    }

    /// <summary>The stored key of an app's key.</summary>
    public string Stored(string key) => prefix + key;

    /// <summary>The app's key of a stored one.</summary>
    public string Original(string stored) => stored.Length >= prefix.Length ? stored[prefix.Length..] : stored;
}
