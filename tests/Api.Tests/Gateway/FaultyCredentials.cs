using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Gateway.Storage;
using Gateway.Storage.Devices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Gateway.Api.Tests.Gateway;

/// <summary>The relational store's credentials, which can be taken away; what was asked of them is noted.</summary>
internal sealed class FaultyCredentials : IDeviceCredentials
{
    private IDeviceCredentials? inner;

    public bool IsDown { get; set; }

    /// <summary>The names of the calls so far.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    public void Decorate(IServiceCollection services)
    {
        var real = services.Last(service => service.ServiceType == typeof(IDeviceCredentials)).ImplementationType!;
        services.Replace(ServiceDescriptor.Singleton<IDeviceCredentials>(provider =>
        {
            inner = (IDeviceCredentials)ActivatorUtilities.CreateInstance(provider, real);
            return this;
        }));
    }

    public Task<DeviceSecret?> FindSecretAsync(string deviceId, CancellationToken cancellationToken) =>
        Inner().FindSecretAsync(deviceId, cancellationToken);

    public Task<IReadOnlyDictionary<string, DeviceSecret>> FindSecretsAsync(
        IReadOnlyCollection<string> deviceIds, CancellationToken cancellationToken) => Inner().FindSecretsAsync(deviceIds, cancellationToken);

    public Task<bool> AddTokenAsync(
        string tokenHash, string deviceId, string secretHash, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        Inner().AddTokenAsync(tokenHash, deviceId, secretHash, expiresAt, cancellationToken);

    public Task<DeviceToken?> FindTokenAsync(string tokenHash, CancellationToken cancellationToken) =>
        Inner().FindTokenAsync(tokenHash, cancellationToken);

    private IDeviceCredentials Inner([CallerMemberName] string call = "")
    {
        Calls.Enqueue(call);
        return IsDown ? throw new StorageUnavailableException("The test has taken the store away.") : inner!;
    }
}
