using System.Text;
using k8s;
using k8s.Models;

namespace Gateway.Deploy.Tests.Kubernetes;

/// <summary><c>k8s/make-secrets</c> makes what the manifests name.</summary>
public sealed class MakeSecretsTests
{
    public static TheoryData<string> All => Built.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Secrets_AreThoseThatTheManifestsName(string overlay)
    {
        var made = await MakeAsync();
        var built = await Built.OfAsync(overlay);
        (string Secret, string Key)[] named =
        [
            .. built.Pods.SelectMany(pod => pod.Pod.Spec.Containers).SelectMany(container => container.Env ?? [])
                .Select(variable => variable.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>().Select(reference => (reference.Name, reference.Key)),
            .. built.Of<DaprComponent>().SelectMany(component => component.Spec.Metadata)
                .Select(item => item.SecretKeyRef).OfType<DaprComponent.SecretReference>().Select(reference => (reference.Name, reference.Key)),
        ];
        Assert.All(named, reference => Assert.True(made[reference.Secret].ContainsKey(reference.Key), $"{reference} is not made."));
        Assert.Equal(
            made.Keys.Order(),
            named.Select(reference => reference.Secret).Append("gateway-secrets").Distinct().Order());
    }

    [Fact]
    public async Task Secrets_AreLongEnough_AndOthersEveryTime()
    {
        var (first, second) = (await MakeAsync(), await MakeAsync());
        foreach (var (secret, key) in new[] { ("gateway-app-token", "token"), ("gateway-api-token", "token"), ("gateway-redis", "password"), ("gateway-secrets", "SUPABASE_JWT_SECRET") })
        {
            Assert.True(first[secret][key].Length >= 32);
            Assert.NotEqual(first[secret][key], second[secret][key]);
        }

        Assert.EndsWith($";Password={first["gateway-postgres"]["password"]}", first["gateway-postgres"]["connectionString"], StringComparison.Ordinal);
        Assert.EndsWith($" password={first["gateway-postgres"]["password"]}", first["gateway-postgres"]["stateConnectionString"], StringComparison.Ordinal);
    }

    private static async Task<Dictionary<string, Dictionary<string, string>>> MakeAsync()
    {
        // A test's own environment may know of a Redis or a project.
        var (code, output, errors) = await Tools.RunAsync(
            "env", ["-u", "REDIS_HOST", "-u", "REDIS_PASSWORD", "-u", "POSTGRES", "-u", "STATESTORE_POSTGRES", "-u", "SUPABASE_URL", "-u", "SUPABASE_ANON_KEY", "-u", "SUPABASE_JWT_SECRET", "-u", "ORCH_ADMIN_TOKEN", "-u", "ORCH_NODE_TOKEN", "k8s/make-secrets", "--print"]);
        Assert.True(code == 0, errors);
        return KubernetesYaml.LoadAllFromString(output, strict: true).Cast<V1Secret>().ToDictionary(
            secret => secret.Metadata.Name,
            secret => secret.Data.ToDictionary(pair => pair.Key, pair => Encoding.UTF8.GetString(pair.Value)));
    }
}
