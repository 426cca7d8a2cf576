using k8s.Models;

namespace Gateway.Deploy.Tests.Kubernetes;

/// <summary>What every pod must be, whatever it runs.</summary>
public sealed class PodPolicyTests
{
    public static TheoryData<string> All => Built.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Pod_IsNotRoot_AndMayNothing(string overlay) => Assert.All((await Built.OfAsync(overlay)).Pods, pod =>
    {
        var spec = pod.Pod.Spec;
        Assert.True(spec.SecurityContext.RunAsNonRoot);
        Assert.True(spec.SecurityContext.RunAsUser > 0);
        Assert.Equal("RuntimeDefault", spec.SecurityContext.SeccompProfile.Type);
        Assert.True(spec.HostNetwork is null && spec.HostPID is null && spec.HostIPC is null);
        Assert.NotNull(spec.AutomountServiceAccountToken);
        foreach (var container in Containers(spec))
        {
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
            Assert.Null(container.SecurityContext.Capabilities.Add);
            Assert.Null(container.SecurityContext.Privileged);
        }

        // What can be written is empty at the start, or a volume that stays.
        Assert.All(spec.Volumes ?? [], volume => Assert.NotNull(volume.EmptyDir));
    });

    [Theory]
    [MemberData(nameof(All))]
    public async Task Container_SaysWhatItNeedsAndTakesAtMost(string overlay) => Assert.All((await Built.OfAsync(overlay)).Pods.SelectMany(pod => Containers(pod.Pod.Spec)), container =>
    {
        foreach (var resource in new[] { "cpu", "memory" })
        {
            Assert.True(container.Resources.Requests.ContainsKey(resource), $"{container.Name} requests no {resource}.");
            Assert.True(container.Resources.Limits.ContainsKey(resource), $"{container.Name} has no limit of {resource}.");
            Assert.True(container.Resources.Requests[resource].ToDecimal() <= container.Resources.Limits[resource].ToDecimal());
        }
    });

    [Theory]
    [MemberData(nameof(All))]
    public async Task Server_IsProbed(string overlay) => Assert.All((await Built.OfAsync(overlay)).Servers.SelectMany(pod => pod.Pod.Spec.Containers), container =>
    {
        Assert.NotNull(container.StartupProbe);
        Assert.NotNull(container.ReadinessProbe);
        Assert.NotNull(container.LivenessProbe);
        Assert.All(
            new[] { container.StartupProbe, container.ReadinessProbe, container.LivenessProbe }.Where(probe => probe.HttpGet is not null),
            probe => Assert.Contains(container.Ports, port => port.Name == probe.HttpGet.Port.Value));
    });

    /// <summary>The selectors of owners, services, budgets and policies find pods: a label that was misspelled is a policy for nobody.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task Selectors_FindPods(string overlay)
    {
        var built = await Built.OfAsync(overlay);
        var labels = built.Pods.Select(pod => pod.Pod.Metadata.Labels).ToList();
        Assert.All(built.Of<V1Service>(), service => Assert.Contains(labels, pod => service.Spec.Selector.All(pair => pod.Contains(pair))));
        Assert.All(built.Of<V1PodDisruptionBudget>(), budget => Assert.Contains(labels, pod => Matches(budget.Spec.Selector, pod)));
        Assert.All(built.Of<V1NetworkPolicy>().SelectMany(Selectors), selector => Assert.Contains(labels, pod => Matches(selector, pod)));
        Assert.All(
            built.Of<V1NetworkPolicy>().SelectMany(Selectors).SelectMany(selector => selector.MatchExpressions ?? []).SelectMany(rule => rule.Values.Select(value => (rule.Key, value))),
            label => Assert.Contains(labels, pod => pod.Contains(KeyValuePair.Create(label.Key, label.value))));
        Assert.All(built.Of<V1Deployment>(), owner => Assert.True(Matches(owner.Spec.Selector, owner.Spec.Template.Metadata.Labels)));
        Assert.All(built.Of<V1StatefulSet>(), owner => Assert.True(Matches(owner.Spec.Selector, owner.Spec.Template.Metadata.Labels)));
    }

    private static IEnumerable<V1Container> Containers(V1PodSpec spec) => [.. spec.InitContainers ?? [], .. spec.Containers];

    /// <summary>The selectors of pods in a policy.</summary>
    private static IEnumerable<V1LabelSelector> Selectors(V1NetworkPolicy policy) =>
    [
        policy.Spec.PodSelector,
        .. (policy.Spec.Ingress ?? []).SelectMany(rule => rule.FromProperty ?? []).Select(peer => peer.PodSelector).OfType<V1LabelSelector>(),
        .. (policy.Spec.Egress ?? []).SelectMany(rule => rule.To ?? []).Select(peer => peer.PodSelector).OfType<V1LabelSelector>(),
    ];

    private static bool Matches(V1LabelSelector selector, IDictionary<string, string> labels) =>
        (selector.MatchLabels ?? new Dictionary<string, string>()).All(pair => labels.Contains(pair))
        && (selector.MatchExpressions ?? []).All(rule => rule.OperatorProperty == "In" && labels.TryGetValue(rule.Key, out var value) && rule.Values.Contains(value));
}
