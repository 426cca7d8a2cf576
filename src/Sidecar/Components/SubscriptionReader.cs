using System.Globalization;
using Gateway.Sidecar.Hosting;
using YamlDotNet.RepresentationModel;

namespace Gateway.Sidecar.Components;

/// <summary>Reads a Subscription of v1alpha1 (<c>route</c>) or v2alpha1 (<c>routes</c>).</summary>
internal static class SubscriptionReader
{
    public static SubscriptionSpec Read(YamlMappingNode document, string name, string file)
    {
        YamlMappingNode spec = document.Mapping("spec") ?? throw Error("spec is missing");
        List<SubscriptionRule> rules = [];
        switch (document.Text("apiVersion"))
        {
            case "dapr.io/v1alpha1":
                rules.Add(new SubscriptionRule("", Required("route")));
                break;
            case "dapr.io/v2alpha1":
                YamlMappingNode routes = spec.Mapping("routes") ?? throw Error("spec.routes is missing");
                foreach (YamlMappingNode rule in routes.Mappings("rules"))
                    rules.Add(new SubscriptionRule(rule.Text("match") ?? "", rule.Text("path") ?? throw Error("a rule has no path")));
                if (routes.Text("default") is { Length: > 0 } fallback) rules.Add(new SubscriptionRule("", fallback));
                break;
            default:
                throw Error("apiVersion must be dapr.io/v1alpha1 or dapr.io/v2alpha1");
        }

        return new SubscriptionSpec
        {
            PubsubName = Required("pubsubname"),
            Topic = Required("topic"),
            Rules = rules,
            DeadLetterTopic = spec.Text("deadLetterTopic"),
            Metadata = spec.Map("metadata"),
            BulkSubscribe = spec.Mapping("bulkSubscribe") is { } bulk
                ? new BulkSubscribeSpec(bulk.Flag("enabled"), Number(bulk, "maxMessagesCount"), Number(bulk, "maxAwaitDurationMs"))
                : null,
            File = file,
        };

        string Required(string member) => spec.Text(member) is { Length: > 0 } value ? value : throw Error($"spec.{member} is missing");

        int? Number(YamlMappingNode node, string member) => node.Text(member) is not { Length: > 0 } text
            ? null
            : int.TryParse(text, CultureInfo.InvariantCulture, out int value) ? value : throw Error($"bulkSubscribe.{member} '{text}' is no number");

        SidecarStartException Error(string what) => new($"{file}: subscription '{name}': {what}");
    }
}
