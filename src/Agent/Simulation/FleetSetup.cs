using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Gateway.Agent.Simulation;

/// <summary>Provisions and registers a fleet; repeats what got lost on the way.</summary>
internal static class FleetSetup
{
    private const int AtOnce = 16, Greetings = 5;

    /// <summary>Makes sure that there is a gateway and that it knows the customers.</summary>
    /// <exception cref="AgentException">There is none, or it does not.</exception>
    public static async Task MeetAsync(SimulationWorld world, CancellationToken cancel)
    {
        world.Progress.Begin("Meeting", 1);
        foreach (CustomerAccount customer in world.Settings.Customers)
        {
            Exchange greeting = default;
            for (int i = 0; i < Greetings && !greeting.Ok; i++)
            {
                if (i > 0) await world.DelayAsync(1_000, cancel);
                greeting = await world.Http.SendAsync(customer, new Call(HttpMethod.Get, "api/v1/customer/devices?limit=1"), cancel);
                if (greeting.Status is 401 or 403) throw new AgentException($"The gateway does not accept the token of customer {customer}.");
            }

            if (!greeting.Ok) throw new AgentException($"No gateway answers at {world.Settings.Server}.");
        }
    }

    /// <exception cref="AgentException">The gateway refuses.</exception>
    public static async Task<IReadOnlyList<FleetDevice>> CreateAsync(SimulationWorld world, string run, CancellationToken cancel)
    {
        IReadOnlyList<CustomerAccount> customers = world.Settings.Customers;
        var fleet = Enumerable.Range(0, world.Settings.Devices)
            .Select(i => new FleetDevice(
                i, string.Create(CultureInfo.InvariantCulture, $"{run}-{i}"), customers[i % customers.Count],
                Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))))
            .ToList();
        Phase phase = world.Progress.Begin("Provisioning", fleet.Count);
        await Parallel.ForEachAsync(fleet, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (device, token) =>
        {
            await CreateAsync(device, world, token);
            phase.Advance();
        });
        return fleet;
    }

    private static async Task CreateAsync(FleetDevice device, SimulationWorld world, CancellationToken cancel)
    {
        Exchange provisioned = await world.Http.InsistAsync(
            device.Owner, new Call(HttpMethod.Post, "api/v1/customer/devices/provision", new JsonObject { ["deviceId"] = device.Id }), cancel);
        // Provisioned already, by a request whose answer was lost: its code is lost too.
        if (provisioned.Status == 409)
            provisioned = await world.Http.InsistAsync(
                device.Owner, new Call(HttpMethod.Post, $"api/v1/customer/devices/{device.Id}/reprovision"), cancel);
        if (provisioned.Text("device", "activationCode") is not { } code) throw Refused(device, "provisioned", provisioned);

        Exchange registered = await world.Http.InsistAsync(null, new Call(HttpMethod.Post, "api/v1/device/register", new JsonObject
        {
            ["deviceId"] = device.Id,
            ["activationCode"] = code,
            ["deviceSecret"] = device.Secret,
        }), cancel);
        // Registered already, by a request whose answer was lost: the secret is the device's own, so it is known.
        if (!registered.Ok && registered.Status != 409) throw Refused(device, "registered", registered);
    }

    private static AgentException Refused(FleetDevice device, string what, Exchange exchange) => new(
        $"Device {device.Id} could not be {what}: HTTP {exchange.Status}, {exchange.Text("error", "message") ?? "no reason given"}.");
}
