using Gateway.Sidecar.Components;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sidecar.Tests.Components;

/// <summary>
/// Resource files: https://docs.dapr.io/reference/resource-specs/component-schema/ and
/// https://docs.dapr.io/reference/resource-specs/subscription-schema/.
/// </summary>
public sealed class ResourceLoaderTests
{
    [Fact]
    public void Load_SeveralFilesAndDocuments_KeepsTheirOrder()
    {
        string folder = Folder(
            ("b.yaml", TestSidecar.Component("three", "state.in-memory")),
            ("a.yml", TestSidecar.Component("one", "state.in-memory") + "\n---\n" + TestSidecar.Component("two", "pubsub.in-memory")),
            ("notes.txt", "no resource"));
        Assert.Equal(["one", "two", "three"], Load(folder).Components.Select(component => component.Name));
    }

    [Fact]
    public void Load_Component_ReadsAllItsFields()
    {
        ComponentDocument component = Assert.Single(Load(Folder(("c.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: c
            spec:
              type: state.x
              version: v2
              ignoreErrors: true
              metadata:
              - name: plain
                value: 5
              - name: quoted
                value: "null"
              - name: env
                envRef: SOME_VARIABLE
              - name: secret
                secretKeyRef:
                  name: s
                  key: k
            auth:
              secretStore: vault
            scopes: [gold, other]
            """))).Components);
        Assert.Equal(("c", "state.x", "v2", "vault", true), (component.Name, component.Type, component.Version, component.SecretStore, component.IgnoreErrors));
        Assert.Equal(
            [
                new ComponentValue("plain", "5", null, null), new ComponentValue("quoted", "null", null, null),
                new ComponentValue("env", null, "SOME_VARIABLE", null), new ComponentValue("secret", null, null, new SecretKeyRef("s", "k")),
            ],
            component.Values);
    }

    [Fact]
    public void Load_OtherScopesAndKinds_AreLeftOut()
    {
        string folder = Folder(("c.yaml", TestSidecar.Component("mine", "state.in-memory", "scopes: [gold]")
            + TestSidecar.Component("theirs", "state.in-memory", "scopes: [other]")
            + "kind: Resiliency\napiVersion: dapr.io/v1alpha1\nmetadata:\n  name: r\n---\njust: text\n"));
        Assert.Equal("mine", Assert.Single(Load(folder).Components).Name);
    }

    [Fact]
    public void Load_Subscriptions_OfBothVersionsBecomeRules()
    {
        SidecarResources resources = Load(Folder(("s.yaml", """
            apiVersion: dapr.io/v1alpha1
            kind: Subscription
            metadata:
              name: one
            spec:
              pubsubname: ps
              topic: a
              route: /a
              deadLetterTopic: dead
            ---
            apiVersion: dapr.io/v2alpha1
            kind: Subscription
            metadata:
              name: two
            spec:
              pubsubname: ps
              topic: b
              routes:
                rules:
                - match: event.type == "x"
                  path: /x
                default: /b
              bulkSubscribe:
                enabled: true
                maxMessagesCount: 10
              metadata:
                rawPayload: "true"
            """)));
        SubscriptionSpec one = resources.Subscriptions[0], two = resources.Subscriptions[1];
        Assert.Equal(("ps", "a", "dead"), (one.PubsubName, one.Topic, one.DeadLetterTopic));
        Assert.Equal([new SubscriptionRule("", "/a")], one.Rules);
        Assert.Equal([new SubscriptionRule("event.type == \"x\"", "/x"), new SubscriptionRule("", "/b")], two.Rules);
        Assert.Equal(new BulkSubscribeSpec(true, 10, null), two.BulkSubscribe);
        Assert.Equal("true", two.Metadata["rawPayload"]);
    }

    [Theory]
    [InlineData("kind: Component\nspec: {}", "a Component has no metadata.name")]
    [InlineData("kind: Component\nmetadata: {name: c}\nspec: {type: x}", "component 'c': apiVersion must be dapr.io/v1alpha1")]
    [InlineData("apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {name: c}", "component 'c': spec is missing")]
    [InlineData("apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {name: c}\nspec: {version: v1}", "component 'c': spec.type is missing")]
    [InlineData("apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {name: c}\nspec: {type: x, metadata: {a: b}}", "component 'c': spec.metadata must be a list of {name, value}")]
    [InlineData("apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {name: c}\nspec: {type: x, metadata: [{value: b}]}", "component 'c': an item of spec.metadata has no name")]
    [InlineData("apiVersion: dapr.io/v1alpha1\nkind: Subscription\nmetadata: {name: s}\nspec: {topic: t, route: /t}", "subscription 's': spec.pubsubname is missing")]
    [InlineData("apiVersion: dapr.io/v3\nkind: Subscription\nmetadata: {name: s}\nspec: {}", "subscription 's': apiVersion must be dapr.io/v1alpha1 or dapr.io/v2alpha1")]
    [InlineData("a: b\n c: [", "line 2: not valid YAML:")]
    public void Load_FileWithAnError_IsOneLineWithFileAndReason(string text, string reason)
    {
        string folder = Folder(("bad.yaml", text));
        var error = Assert.Throws<SidecarStartException>(() => Load(folder));
        Assert.StartsWith($"{Path.Combine(folder, "bad.yaml")}: {reason}", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Load_FileBelowTheWorkingDirectory_IsNamedRelativeToIt() =>
        Assert.Equal(Path.Combine("components", "a.yaml"), YamlReading.Shown(Path.Combine(Directory.GetCurrentDirectory(), "components", "a.yaml")));

    [Fact]
    public void Load_OneNameTwice_NamesBothFiles()
    {
        string folder = Folder(("a.yaml", TestSidecar.Component("x", "state.in-memory")), ("b.yaml", TestSidecar.Component("x", "pubsub.in-memory")));
        var error = Assert.Throws<SidecarStartException>(() => Load(folder));
        Assert.Equal($"{Path.Combine(folder, "b.yaml")}: component 'x': is defined twice, first in {Path.Combine(folder, "a.yaml")}", error.Message);
    }

    [Fact]
    public void Load_FolderThatIsNotThere_IsAnError()
    {
        string folder = Path.Combine(TestSidecar.NewFolder(), "absent");
        Assert.Equal($"{folder}: the resources folder does not exist", Assert.Throws<SidecarStartException>(() => Load(folder)).Message);
    }

    private static SidecarResources Load(string folder) =>
        new ResourceLoader(new SidecarOptions { AppId = "gold", ResourcesPaths = [folder] }, NullLogger.Instance).Load();

    private static string Folder(params (string Name, string Text)[] files)
    {
        string folder = TestSidecar.NewFolder();
        foreach ((string name, string text) in files) File.WriteAllText(Path.Combine(folder, name), text);
        return folder;
    }
}
