using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests.Torture;

/// <summary>SIGTERM while a fleet works.</summary>
public sealed class LoadedStopTests
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(Shape.OneProcess)]
    [InlineData(Shape.SidecarApart)]
    public async Task Server_UnderAFleetsLoad_EndsInTime_HeadsAndHistoryAgree(Shape shape)
    {
        await using var bench = new Bench();
        using var deployment = await Deployment.StartAsync(bench, shape, TorturedAgent.ServerSettings);
        var fleet = await Fleet.StartAsync(bench, deployment.Server, seed: 11, usesSocket: shape == Shape.OneProcess);
        await Disasters.PauseAsync(2);

        await deployment.StopAsync(StopLimit);
        Assert.Empty(deployment.Audit.Find(stopped: true));
        Assert.DoesNotContain(deployment.Server.Process.Log, line => line.Contains(" ERR ", StringComparison.Ordinal) || line.Contains(" FTL ", StringComparison.Ordinal));

        await deployment.StartAgainAsync();
        await Disasters.PauseAsync(1);
        await fleet.DrainAsync();
        await deployment.StopAsync(StopLimit);
        Assert.Empty(deployment.Audit.Find(stopped: true));
    }
}
