using k8s;
using k8s.Models;

namespace Gateway.Deploy.Tests;

/// <summary>
/// Dapr's resources as far as the files use them (https://docs.dapr.io/reference/resource-specs/), for strict reading: a member that is
/// not here is an error. None of the Kubernetes libraries knows them.
/// </summary>
internal static class DaprResources
{
    /// <summary>The types by apiVersion and kind, as the reader takes them.</summary>
    public static readonly Dictionary<string, Type> Types = new()
    {
        ["dapr.io/v1alpha1/Component"] = typeof(DaprComponent),
        ["dapr.io/v1alpha1/Configuration"] = typeof(DaprConfiguration),
        ["dapr.io/v1alpha1/Resiliency"] = typeof(DaprResiliency),
        ["dapr.io/v2alpha1/Subscription"] = typeof(DaprSubscription),
    };
}

internal abstract class DaprResource : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "";

    public string Kind { get; set; } = "";

    public V1ObjectMeta Metadata { get; set; } = new();
}

internal sealed class DaprComponent : DaprResource
{
    public ComponentSpec Spec { get; set; } = new();

    public AuthSpec? Auth { get; set; }

    public List<string> Scopes { get; set; } = [];

    public MetadataItem? Find(string name) => Spec.Metadata.SingleOrDefault(item => item.Name == name);

    public sealed class ComponentSpec
    {
        public string Type { get; set; } = "";

        public string Version { get; set; } = "";

        public bool IgnoreErrors { get; set; }

        public string? InitTimeout { get; set; }

        public List<MetadataItem> Metadata { get; set; } = [];
    }

    public sealed class MetadataItem
    {
        public string Name { get; set; } = "";

        public string? Value { get; set; }

        public SecretReference? SecretKeyRef { get; set; }
    }

    public sealed class SecretReference
    {
        public string Name { get; set; } = "";

        public string Key { get; set; } = "";
    }

    public sealed class AuthSpec
    {
        public string SecretStore { get; set; } = "";
    }
}

internal sealed class DaprConfiguration : DaprResource
{
    public ConfigurationSpec Spec { get; set; } = new();

    public sealed class ConfigurationSpec
    {
        public MetricSpec? Metric { get; set; }

        public TracingSpec? Tracing { get; set; }

        public SecretsSpec? Secrets { get; set; }

        public AccessControlSpec? AccessControl { get; set; }
    }

    public sealed class MetricSpec
    {
        public bool Enabled { get; set; }

        public HttpSpec? Http { get; set; }

        public sealed class HttpSpec
        {
            public bool IncreasedCardinality { get; set; } = true;
        }
    }

    public sealed class TracingSpec
    {
        public string SamplingRate { get; set; } = "";

        public OtelSpec? Otel { get; set; }

        public sealed class OtelSpec
        {
            public string EndpointAddress { get; set; } = "";

            public bool IsSecure { get; set; }

            public string Protocol { get; set; } = "";
        }
    }

    public sealed class SecretsSpec
    {
        public List<Scope> Scopes { get; set; } = [];

        public sealed class Scope
        {
            public string StoreName { get; set; } = "";

            public string DefaultAccess { get; set; } = "";

            public List<string> AllowedSecrets { get; set; } = [];
        }
    }

    public sealed class AccessControlSpec
    {
        public string DefaultAction { get; set; } = "";

        public string TrustDomain { get; set; } = "";
    }
}

internal sealed class DaprResiliency : DaprResource
{
    public ResiliencySpec Spec { get; set; } = new();

    public List<string> Scopes { get; set; } = [];

    public sealed class ResiliencySpec
    {
        public PolicySpec Policies { get; set; } = new();

        public TargetSpec Targets { get; set; } = new();
    }

    public sealed class PolicySpec
    {
        public Dictionary<string, string> Timeouts { get; set; } = [];

        public Dictionary<string, RetrySpec> Retries { get; set; } = [];

        public Dictionary<string, BreakerSpec> CircuitBreakers { get; set; } = [];
    }

    public sealed class RetrySpec
    {
        public string Policy { get; set; } = "";

        public string? Duration { get; set; }

        public string? MaxInterval { get; set; }

        public int? MaxRetries { get; set; }
    }

    public sealed class BreakerSpec
    {
        public int MaxRequests { get; set; }

        public string? Interval { get; set; }

        public string? Timeout { get; set; }

        public string Trip { get; set; } = "";
    }

    public sealed class TargetSpec
    {
        public Dictionary<string, ComponentTarget> Components { get; set; } = [];

        public Dictionary<string, PolicyNames> Apps { get; set; } = [];

        public Dictionary<string, PolicyNames> Actors { get; set; } = [];
    }

    public sealed class ComponentTarget
    {
        public PolicyNames? Inbound { get; set; }

        public PolicyNames? Outbound { get; set; }
    }

    public sealed class PolicyNames
    {
        public string? Timeout { get; set; }

        public string? Retry { get; set; }

        public string? CircuitBreaker { get; set; }
    }
}

internal sealed class DaprSubscription : DaprResource
{
    public SubscriptionSpec Spec { get; set; } = new();

    public List<string> Scopes { get; set; } = [];

    public sealed class SubscriptionSpec
    {
        public string Pubsubname { get; set; } = "";

        public string Topic { get; set; } = "";
    }
}
