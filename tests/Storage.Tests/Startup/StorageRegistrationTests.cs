using Gateway.Storage.Devices;
using Gateway.Storage.Maintenance;
using Gateway.Storage.Tests.Kit;
using Gateway.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Gateway.Storage.Tests.Startup;

public sealed class StorageRegistrationTests
{
    [Fact]
    public void AddGatewayStorage_Settings_AreReadFromTheirPlaces()
    {
        var options = Options(new()
        {
            ["ConnectionStrings:Gateway"] = "Host=db",
            ["Gateway:DataPath"] = "/data",
            ["Gateway:Storage:CommandRetention"] = "7.00:00:00",
        });

        Assert.Equal(("Host=db", "/data", TimeSpan.FromDays(7)), (options.ConnectionString, options.DataPath, options.CommandRetention));
    }

    [Fact]
    public void AddGatewayStorage_NoSettings_IsSqliteInTheWorkingFolder()
    {
        var options = Options([]);

        Assert.Equal((null, ".gateway", TimeSpan.FromDays(30)), (options.ConnectionString, options.DataPath, options.CommandRetention));
    }

    [Theory]
    [InlineData("CommandRetention", "00:59:59")]
    [InlineData("AuditRetention", "-1.00:00:00")]
    [InlineData("MaintenanceInterval", "00:00:01")]
    public void AddGatewayStorage_SettingOutOfItsRange_IsRefusedByName(string name, string value)
    {
        var e = Assert.Throws<OptionsValidationException>(() => Options(new() { ["Gateway:Storage:" + name] = value }));

        Assert.Contains(name, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddStorageMaintenance_HostThatRuns_DeletesEveryInterval()
    {
        var time = new ManualTimeProvider();
        await using var database = new SqliteTestDatabase();
        var services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(time);
        services.AddGatewayStorage(database.Configure).AddHeartbeatBatcher().AddStorageMaintenance();
        var maintenance = new FakeMaintenance();
        services.AddSingleton<IStorageMaintenance>(maintenance);
        await using var provider = services.BuildServiceProvider();
        var hosted = provider.GetServices<IHostedService>().ToList();
        Assert.Contains(hosted, service => service is HeartbeatBatcher);
        foreach (var service in hosted) await service.StartAsync(TestContext.Current.CancellationToken);
        Assert.True(SpinWait.SpinUntil(() => time.ArmedTimers == hosted.Count, TimeSpan.FromSeconds(10)));

        for (var run = 1; run <= 3; run++)
        {
            time.Advance(TimeSpan.FromHours(1));
            Assert.True(await maintenance.Ran.WaitAsync(TimeSpan.FromSeconds(10)));
        }

        foreach (var service in hosted) await service.StopAsync(TestContext.Current.CancellationToken);
    }

    private static StorageOptions Options(Dictionary<string, string?> settings)
    {
        var services = new ServiceCollection().AddGatewayStorage(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<StorageOptions>>().Value;
    }

    /// <summary>Its second run fails, which must not end the loop.</summary>
    private sealed class FakeMaintenance : IStorageMaintenance
    {
        private int runs;

        public SemaphoreSlim Ran { get; } = new(0);

        public Task<MaintenanceReport> RunAsync(CancellationToken cancellationToken)
        {
            Ran.Release();
            return ++runs == 2 ? throw new StorageUnavailableException("away") : Task.FromResult(new MaintenanceReport(0, 0, 0, 0, 0, 0, 0));
        }
    }
}
