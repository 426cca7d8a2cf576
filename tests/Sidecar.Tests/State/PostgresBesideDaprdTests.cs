using Gateway.Sidecar.Tests.Hosting;
using Gateway.TestKit.Daprd;

namespace Gateway.Sidecar.Tests.State;

/// <summary>One database for real daprd and the embedded sidecar, whoever made its tables.</summary>
[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class PostgresBesideDaprdTests(DaprdFixture daprd, PostgresFixture postgres)
{
    private const string Store = "/v1.0/state/store";

    [Theory]
    [InlineData("v1", true)]
    [InlineData("v1", false)]
    [InlineData("v2", true)]
    [InlineData("v2", false)]
    public async Task WhatOneWrote_TheOtherReadsAndGoesOnWith(string version, bool daprdIsFirst)
    {
        DaprStack.Require();
        PostgresDatabase database = await postgres.CreateAsync();
        string folder = TestSidecar.NewFolder();
        TestSidecar.WriteComponents(folder, database.Component(version));
        var options = new DaprdOptions { AppId = SidecarSettings.AppId, ResourcesPath = TestSidecar.ResourcesOf(folder) };
        DaprdProcess? real = daprdIsFirst ? await daprd.Stack.StartSidecarAsync(options, TestContext.Current.CancellationToken) : null;
        await using TestSidecar embedded = await TestSidecar.StartAsync(database.Component(version));
        real ??= await daprd.Stack.StartSidecarAsync(options, TestContext.Current.CancellationToken);
        using var other = new SidecarCaller(real.HttpAddress);

        await GoOnAsync(embedded.Caller, other, "a");
        await GoOnAsync(other, embedded.Caller, "b");
        await real.DisposeAsync();
    }

    private static async Task GoOnAsync(SidecarCaller writer, SidecarCaller reader, string key)
    {
        (await writer.PostAsync(Store, $$$"""[{"key":"{{{key}}}","value":{"n":1},"metadata":{"ttlInSeconds":"1000"}}]""")).IsNoContent();
        Answer read = await reader.GetAsync($"{Store}/{key}");
        Assert.Equal("""{"n":1}""", read.Body.Replace(" ", "", StringComparison.Ordinal));
        Assert.Contains("metadata.ttlExpireTime", read.Headers.Keys, StringComparer.OrdinalIgnoreCase);
        (await reader.PostAsync(Store, $$"""[{"key":"{{key}}","value":2,"etag":"{{read.ETag}}"}]""")).IsNoContent();
        (await writer.PostAsync(Store, $$"""[{"key":"{{key}}","value":3,"etag":"{{read.ETag}}"}]""")).IsErrorStatus(409);
        Answer again = await writer.GetAsync($"{Store}/{key}");
        again.IsJson("2");
        Assert.DoesNotContain("metadata.ttlExpireTime", again.Headers.Keys, StringComparer.OrdinalIgnoreCase);
        (await writer.DeleteAsync($"{Store}/{key}", ("If-Match", again.ETag))).IsNoContent();
        (await reader.GetAsync($"{Store}/{key}")).IsNoContent();
    }
}
