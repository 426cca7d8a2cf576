using Gateway.Actors.Tests.Fakes;
using Gateway.Actors.Tests.Rig;

namespace Gateway.Actors.Tests.OnSidecar;

/// <summary>Large payloads on their way through the state store.</summary>
[Collection(GatewayCollection.Name)]
public sealed class DocumentTests(GatewayRig gateway)
{
    [Fact]
    public async Task LargePayloads_GoThroughDocuments_AreGoneAfterTheEnd()
    {
        const string device = "document-large";
        var parameters = "{\"x\":\"" + new string('p', 5_000) + "\"}";
        var output = new string('o', 900_000);
        gateway.History.IsDown = true;
        try
        {
            var id = await gateway.EnqueueAsync(device, parameters);
            Assert.Single(gateway.State.Documents(device));
            var command = await gateway.ClaimAsync(device);
            Assert.Equal(parameters, command.Parameters);
            await gateway.ResultAsync(device, command, output);

            var documents = gateway.State.Documents(device);
            Assert.Equal(2, documents.Count);
            var (least, most) = (TimeProvider.System.GetUtcNow().AddDays(14), TimeProvider.System.GetUtcNow().AddDays(15.1));
            Assert.All(documents, document => Assert.InRange(document.Expires!.Value, least, most));
            Assert.True(gateway.State.Head(device)!.Events.Length > 0);

            gateway.History.IsDown = false;
            await gateway.FlushAsync(device);
            var record = (await gateway.History.FindAsync(device, id, TestContext.Current.CancellationToken))!;
            Assert.Equal((parameters, output), (record.Definition!.Parameters.Text, record.Result!.Output!.Text));
        }
        finally
        {
            gateway.History.IsDown = false;
        }

        await gateway.EnqueueAsync(device);
        await Eventually.UntilAsync(() => gateway.State.Documents(device).Count == 0);
    }

    [Fact]
    public async Task DeepQueue_SpillsToSegments_AreGoneWhenItIsWorkedOff()
    {
        const string device = "document-deep";
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => gateway.EnqueueAsync(device)));
        Assert.NotEmpty(gateway.State.Documents(device));

        for (var i = 0; i < 200; i += 20)
        {
            var commands = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => gateway.ClaimAsync(device)));
            await Task.WhenAll(commands.Select(command => gateway.ResultAsync(device, command)));
        }

        Assert.Equal(0, (await gateway.FlushAsync(device)).Length);
        await Eventually.UntilAsync(() => gateway.State.Documents(device).Count == 0);
    }
}
