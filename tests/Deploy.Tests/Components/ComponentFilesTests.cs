using Gateway.Actors.Hosting.Secrets;
using Gateway.Queue;

namespace Gateway.Deploy.Tests.Components;

/// <summary>What is in <c>components/</c>, and that every choice fits in its place.</summary>
public sealed class ComponentFilesTests
{
    /// <summary>What Dapr's reference lists for each type, as far as the files use it: others it would pass over without a word.</summary>
    private static readonly Dictionary<string, string[]> KnownMetadata = new()
    {
        ["state.redis"] = ["redisHost", "redisUsername", "redisPassword", "enableTLS", "keyPrefix", "actorStateStore"],
        ["state.postgresql"] = ["connectionString", "timeout", "tablePrefix", "metadataTableName", "cleanupInterval", "maxConns", "keyPrefix", "actorStateStore"],
        ["pubsub.redis"] = ["redisHost", "redisUsername", "redisPassword", "enableTLS", "maxLenApprox", "consumerID", "concurrency", "processingTimeout", "redeliverInterval"],
        ["secretstores.local.env"] = ["prefix"],
        ["secretstores.local.file"] = ["secretsFile", "nestedSeparator", "multiValued"],
        ["conversation.echo"] = [],
        ["conversation.openai"] = ["key", "model", "endpoint"],
        ["bindings.http"] = ["url", "responseTimeout", "errorIfNot2XX"],
        ["bindings.cron"] = ["schedule"],
    };

    public static TheoryData<string> Files => [.. ComponentFolder.AllFiles.Select(file => Path.GetRelativePath(Repository.Root, file))];

    public static TheoryData<string> Choices => [.. ComponentFolder.Choices];

    [Theory]
    [InlineData("gateway-api")]
    [InlineData("gateway-actors")]
    public void Folder_ForEachApp_HasWhatTheCodeAsksFor(string app)
    {
        var names = ComponentFolder.Load(Repository.Components, app).Components.Select(component => component.Name).ToList();
        var asked = new QueueOptions();
        Assert.Contains(asked.StateStore, names);
        Assert.Contains(asked.PubSub, names);
        Assert.Contains("secrets", names);
    }

    /// <summary>The topics are those of replicas, which only the running program knows; a file that named one would deliver twice.</summary>
    [Theory]
    [InlineData("gateway-api")]
    [InlineData("gateway-actors")]
    public void Folder_Subscriptions_AreTheProgramsOwn(string app) => Assert.Empty(ComponentFolder.Load(Repository.Components, app).Subscriptions);

    [Fact]
    public void Folder_ForAnyOtherApp_HasNothing() => Assert.Empty(ComponentFolder.Load(Repository.Components, "somebody-else").Components);

    [Theory]
    [MemberData(nameof(Choices))]
    public void Choice_CopiedOverTheFileItNames_ReplacesItsComponent(string choice)
    {
        var replaced = Assert.Single(ComponentFolder.Read(Path.Combine(Repository.Components, ComponentFolder.Replaces(choice))).OfType<DaprComponent>());
        var chosen = Assert.Single(ComponentFolder.Read(Path.Combine(Repository.Choices, choice)).OfType<DaprComponent>());
        Assert.Equal(replaced.Metadata.Name, chosen.Metadata.Name);
        Assert.Equal(replaced.Scopes, chosen.Scopes);
        Assert.NotEqual(replaced.Spec.Type, chosen.Spec.Type);

        var folder = ComponentFolder.With(choice);
        try
        {
            var before = ComponentFolder.Load(Repository.Components, "gateway-api").Components.Select(component => component.Name);
            var after = ComponentFolder.Load(folder.FullName, "gateway-api").Components;
            Assert.Equal(before, after.Select(component => component.Name));
            Assert.Equal(chosen.Spec.Type, after.Single(component => component.Name == chosen.Metadata.Name).Type);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void File_ReadStrictly_HoldsOneResource(string file)
    {
        // Dapr reads only the first Resiliency of a file.
        var resource = Assert.IsType<DaprResource>(Assert.Single(ComponentFolder.Read(Repository.InRoot(file))), exactMatch: false);
        Assert.NotEmpty(resource.Metadata.Name);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Component_Metadata_IsWhatItsTypeKnows(string file)
    {
        foreach (var component in ComponentFolder.Read(Repository.InRoot(file)).OfType<DaprComponent>())
        {
            Assert.True(KnownMetadata.TryGetValue(component.Spec.Type, out var known), $"{component.Spec.Type} is new: say here what metadata it knows.");
            Assert.Empty(component.Spec.Metadata.Select(item => item.Name).Except(known));
            Assert.Distinct(component.Spec.Metadata.Select(item => item.Name));
            Assert.Equal(component.Spec.Type == "state.postgresql" ? "v2" : "v1", component.Spec.Version);
            Assert.NotEmpty(component.Scopes);
            Assert.Empty(component.Scopes.Except(ComponentFolder.Apps));
        }
    }

    /// <summary>Both apps open the same heads, and actors are off without a store of theirs.</summary>
    [Fact]
    public void StateStores_Keys_AreSharedByTheApps() => Assert.All(
        ComponentFolder.Components.Where(component => component.Spec.Type.StartsWith("state.", StringComparison.Ordinal)),
        component =>
        {
            Assert.Equal("name", component.Find("keyPrefix")?.Value);
            Assert.Equal("true", component.Find("actorStateStore")?.Value);
            Assert.Equal(ComponentFolder.Apps, component.Scopes);
        });

    /// <summary>The apps may read what the configuration contract names, and on Kubernetes the one secret that has it.</summary>
    [Fact]
    public void Configuration_LetsAppsReadTheirOwnSecrets()
    {
        var configuration = Assert.Single(ComponentFolder.Files.SelectMany(ComponentFolder.Read).OfType<DaprConfiguration>());
        var scope = Assert.Single(configuration.Spec.Secrets!.Scopes);
        Assert.Equal(("secrets", "deny"), (scope.StoreName, scope.DefaultAccess));
        Assert.Equal(SecretSettings.Names.Append("gateway-secrets"), scope.AllowedSecrets);
    }

    [Fact]
    public void Secrets_AreNamedNeverWritten() => Assert.All(
        ComponentFolder.Components.SelectMany(component => component.Spec.Metadata.Select(item => (component, item))),
        pair =>
        {
            var (component, item) = pair;
            var isSecret = item.Name is "key" or "connectionString" || item.Name.Contains("password", StringComparison.OrdinalIgnoreCase);
            Assert.Equal(isSecret, item.SecretKeyRef is not null);
            if (isSecret) Assert.Equal("secrets", component.Auth?.SecretStore);
        });
}
