namespace Gateway.Api.Auth.Customers;

/// <summary>Says once, at start, that the customers' endpoints are closed.</summary>
internal sealed class CustomerSurfaceCheck(CustomerTokens tokens, ILogger<CustomerSurfaceCheck> logger) : IHostedService
{
    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!tokens.IsOpen) CustomerAuthLog.Closed(logger);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
