using System.Globalization;
using Gateway.Deploy.Tests.Components;
using k8s.Models;

namespace Gateway.Deploy.Tests.Kubernetes;

/// <summary>What must hold of Gateway's own objects.</summary>
public sealed class GatewayPolicyTests
{
    private const int AppPort = 8001;

    public static TheoryData<string> All => Built.All;

    /// <summary>The app port is the sidecar's alone: on the pod's loopback, in no service, behind no probe, let in by no policy.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task AppPort_IsReachedByTheSidecarAlone(string overlay)
    {
        var built = await Built.OfAsync(overlay);
        foreach (var app in ComponentFolder.Apps)
        {
            var pod = built.Named<V1Deployment>(app).Spec.Template;
            var port = AppPort.ToString(CultureInfo.InvariantCulture);
            Assert.Equal(port, pod.Metadata.Annotations["dapr.io/app-port"]);
            Assert.Equal(port, Variable(pod, "Gateway__AppPort").Value);
            Assert.DoesNotContain(pod.Spec.Containers.SelectMany(container => container.Ports), declared => declared.ContainerPort == AppPort);
        }

        Assert.DoesNotContain(built.Of<V1Service>().SelectMany(service => service.Spec.Ports), port => port.Port == AppPort || port.TargetPort?.Value == "8001");
        Assert.DoesNotContain(
            built.Of<V1NetworkPolicy>().SelectMany(policy => policy.Spec.Ingress ?? []),
            rule => rule.Ports is null || rule.Ports.Any(port => port.Port?.Value == "8001" || port.EndPort is not null));
    }

    /// <summary>A port that a service, a probe, a policy or Prometheus is told of is one that the program opens.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task OpsPort_IsTheProgramsOwn_AndInNoService(string overlay)
    {
        var built = await Built.OfAsync(overlay);
        foreach (var app in ComponentFolder.Apps)
        {
            var pod = built.Named<V1Deployment>(app).Spec.Template;
            var port = Assert.Single(Assert.Single(pod.Spec.Containers).Ports, declared => declared.Name == "ops").ContainerPort.ToString(CultureInfo.InvariantCulture);
            Assert.Equal(port, Variable(pod, "Gateway__OpsPort").Value);
            Assert.Equal(port, pod.Metadata.Annotations["prometheus.io/port"]);
            Assert.Contains(built.Named<V1NetworkPolicy>("gateway-metrics").Spec.Ingress.SelectMany(rule => rule.Ports), rule => rule.Port.Value == port);
        }

        Assert.DoesNotContain(built.Of<V1Service>().SelectMany(service => service.Spec.Ports), port => port.TargetPort?.Value is "ops" or "9464");
        var publicPort = Assert.Single(built.Named<V1Service>("gateway-api").Spec.Ports).TargetPort.Value;
        var api = built.Named<V1Deployment>("gateway-api").Spec.Template;
        var number = Assert.Single(api.Spec.Containers[0].Ports, port => port.Name == publicPort).ContainerPort;
        Assert.EndsWith($":{number}", Variable(api, "Gateway__PublicUrl").Value, StringComparison.Ordinal);
    }

    /// <summary>Both sides of both tokens: the sidecar's calls to the app, and the app's to the sidecar.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task Tokens_AreTheSameOnBothSides(string overlay)
    {
        var built = await Built.OfAsync(overlay);
        Assert.All(ComponentFolder.Apps, app =>
        {
            var pod = built.Named<V1Deployment>(app).Spec.Template;
            Assert.Equal(app, pod.Metadata.Annotations["dapr.io/app-id"]);
            var (appToken, apiToken) = (Variable(pod, "APP_API_TOKEN").ValueFrom.SecretKeyRef, Variable(pod, "DAPR_API_TOKEN").ValueFrom.SecretKeyRef);
            // The annotation names the secret; Dapr takes its key "token".
            Assert.Equal((pod.Metadata.Annotations["dapr.io/app-token-secret"], "token"), (appToken.Name, appToken.Key));
            Assert.Equal((pod.Metadata.Annotations["dapr.io/api-token-secret"], "token"), (apiToken.Name, apiToken.Key));
        });
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Secrets_AreNamedNeverWritten(string overlay)
    {
        var built = await Built.OfAsync(overlay);
        Assert.Empty(built.Of<V1Secret>());
        string[] telling = ["TOKEN", "SECRET", "PASSWORD", "KEY", "CONNECTIONSTRING"];
        foreach (var variable in built.Pods.SelectMany(pod => pod.Pod.Spec.Containers).SelectMany(container => container.Env ?? []))
        {
            if (!telling.Any(word => variable.Name.Contains(word, StringComparison.OrdinalIgnoreCase))) continue;
            Assert.Null(variable.Value);
            Assert.NotNull(variable.ValueFrom.SecretKeyRef);
        }

        string[] shown = ["keyPrefix", "redisHost"];
        Assert.All(
            built.Of<DaprComponent>().SelectMany(component => component.Spec.Metadata).Where(item => !shown.Contains(item.Name)),
            item => Assert.False(item.Value is not null && telling.Any(word => item.Name.Contains(word, StringComparison.OrdinalIgnoreCase)), $"{item.Name} is written."));
    }

    /// <summary>A sidecar may read the secrets that its components name, that of gateway-api also what the surfaces need, and no others.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task Roles_LetSidecarsReadWhatTheirAppsNeed(string overlay)
    {
        var built = await Built.OfAsync(overlay);
        Assert.Equal("secretstores.kubernetes", built.Named<DaprComponent>("secrets").Spec.Type);
        Assert.Equal(["gateway-components", "gateway-surfaces"], built.Of<V1Role>().Select(role => role.Metadata.Name).Order());
        Assert.Equal(
            built.Of<DaprComponent>().SelectMany(component => component.Spec.Metadata).Select(item => item.SecretKeyRef?.Name).OfType<string>().Distinct().Order(),
            SecretsOf("gateway-components", ComponentFolder.Apps));
        Assert.Equal(["gateway-secrets"], SecretsOf("gateway-surfaces", ["gateway-api"]));
        Assert.All(built.Pods.SelectMany(pod => pod.Pod.Spec.Containers), container => Assert.Null(container.EnvFrom));
        Assert.All(
            built.Of<DaprComponent>().Where(component => component.Spec.Metadata.Any(item => item.SecretKeyRef is not null)),
            component => Assert.Equal("secrets", component.Auth?.SecretStore));
        Assert.All(ComponentFolder.Apps, app => Assert.Equal(app, built.Named<V1Deployment>(app).Spec.Template.Spec.ServiceAccountName));

        // The secrets of a role that lets read nothing else, and is bound to these apps.
        IEnumerable<string> SecretsOf(string role, IEnumerable<string> apps)
        {
            var rule = Assert.Single(built.Named<V1Role>(role).Rules);
            Assert.Equal(["secrets"], rule.Resources);
            Assert.Equal(["get"], rule.Verbs);
            var binding = built.Named<V1RoleBinding>(role);
            Assert.Equal(role, binding.RoleRef.Name);
            Assert.Equal(apps.Order(), binding.Subjects.Select(subject => subject.Name).Order());
            return rule.ResourceNames.Order();
        }
    }

    /// <summary>Everything that Dapr is given on one machine is there too.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task Components_AreThoseOfTheFolder(string overlay)
    {
        var built = await Built.OfAsync(overlay);
        Assert.Equal(
            ComponentFolder.Files.SelectMany(ComponentFolder.Read).Cast<DaprResource>().Select(resource => (resource.Kind, resource.Metadata.Name)).Order(),
            built.Of<DaprResource>().Select(resource => (resource.Kind, resource.Metadata.Name)).Order());
        Assert.Equal(overlay.EndsWith("postgres-state", StringComparison.Ordinal) ? "state.postgresql" : "state.redis", built.Named<DaprComponent>("statestore").Spec.Type);
        Assert.Equal("name", built.Named<DaprComponent>("statestore").Find("keyPrefix")?.Value);
        Assert.All(
            ComponentFolder.Apps,
            app => Assert.Equal(Assert.Single(built.Of<DaprConfiguration>()).Metadata.Name, built.Named<V1Deployment>(app).Spec.Template.Metadata.Annotations["dapr.io/config"]));
        // Whoever may invoke an app may call what is meant for its sidecar.
        Assert.Equal("deny", Assert.Single(built.Of<DaprConfiguration>()).Spec.AccessControl?.DefaultAction);
    }

    /// <summary>The sidecar outlives the app's end, and both fit into what Kubernetes gives them.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task Stop_LeavesTimeForTheApp(string overlay)
    {
        var built = await Built.OfAsync(overlay);
        Assert.All(ComponentFolder.Apps, app =>
        {
            const int HostShutdown = 8;
            var pod = built.Named<V1Deployment>(app).Spec.Template;
            var pause = pod.Spec.Containers[0].Lifecycle?.PreStop.Sleep.Seconds ?? 0;
            var block = int.Parse(pod.Metadata.Annotations["dapr.io/block-shutdown-duration"].TrimEnd('s'), CultureInfo.InvariantCulture);
            // Without a limit it would wait until Kubernetes kills it.
            var end = int.Parse(pod.Metadata.Annotations["dapr.io/graceful-shutdown-seconds"], CultureInfo.InvariantCulture);
            Assert.True(block > pause + HostShutdown);
            Assert.True(pod.Spec.TerminationGracePeriodSeconds > block + end);
        });
    }

    [Theory]
    [InlineData("dev", 1, 1)]
    [InlineData("production", 3, 2)]
    public async Task Overlay_RunsSoMany(string overlay, int api, int actors)
    {
        var built = await Built.OfAsync(overlay);
        Assert.Equal([api, actors], ComponentFolder.Apps.Select(Replicas));
        Assert.All(ComponentFolder.Apps, app => Assert.Equal(app, built.Named<V1PodDisruptionBudget>(app).Spec.Selector.MatchLabels["app.kubernetes.io/name"]));

        // An autoscaler's number and a deployment's would fight at every apply.
        int? Replicas(string app)
        {
            var scaler = built.Of<V2HorizontalPodAutoscaler>().SingleOrDefault(found => found.Spec.ScaleTargetRef.Name == app);
            var own = built.Named<V1Deployment>(app).Spec.Replicas;
            Assert.True(scaler is null != own is null);
            return scaler?.Spec.MinReplicas ?? own;
        }
    }

    /// <summary>Sockets that stay, and a browser that comes back to the replica that has its page.</summary>
    [Fact]
    public async Task Ingress_KeepsSocketsOpen_AndBrowsersAtTheirReplica()
    {
        var ingress = Assert.Single((await Built.OfAsync("production")).Of<V1Ingress>());
        foreach (var timeout in new[] { "proxy-read-timeout", "proxy-send-timeout" })
            Assert.True(int.Parse(ingress.Metadata.Annotations[$"nginx.ingress.kubernetes.io/{timeout}"], CultureInfo.InvariantCulture) >= 60);
        Assert.Equal("cookie", ingress.Metadata.Annotations["nginx.ingress.kubernetes.io/affinity"]);
        Assert.NotEmpty(ingress.Spec.Tls);
        Assert.Equal("gateway-api", ingress.Spec.Rules[0].Http.Paths[0].Backend.Service.Name);
    }

    /// <summary>The job migrates with the very image that the replicas run.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task Migration_IsTheReplicasImage(string overlay)
    {
        var built = await Built.OfAsync(overlay);
        var pod = Assert.Single(built.Of<V1Job>()).Spec.Template.Spec;
        Assert.Equal("Never", pod.RestartPolicy);
        var job = Assert.Single(pod.Containers);
        Assert.Equal(["migrate"], job.Args);
        Assert.Equal(built.Named<V1Deployment>("gateway-api").Spec.Template.Spec.Containers[0].Image, job.Image);
        Assert.All(ComponentFolder.Apps, app => Assert.Equal("false", Variable(built.Named<V1Deployment>(app).Spec.Template, "Gateway__Storage__Migrate").Value));
        Assert.All(ComponentFolder.Apps, app => Assert.Equal(
            Variable(built.Named<V1Deployment>(app).Spec.Template, "ConnectionStrings__Gateway").ValueFrom.SecretKeyRef.Key,
            Assert.Single(job.Env).ValueFrom.SecretKeyRef.Key));
    }

    private static V1EnvVar Variable(V1PodTemplateSpec pod, string name) => Assert.Single(pod.Spec.Containers[0].Env, variable => variable.Name == name);
}
