using Gateway.Actors.Hosting;
using Gateway.Api.Auth.Customers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Api.Hosting;

/// <summary><c>token --customer NAME [--hours N]</c>: prints a customer's JWT, for trying things out. Development only.</summary>
internal static class TokenCommand
{
    private const string Usage = "Usage: token --customer NAME [--hours N]";
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromHours(12);

    /// <summary>Whether these arguments ask for it.</summary>
    public static bool IsAskedFor(string[] args) => args is ["token", ..];

    /// <summary>Runs it; the exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var (customer, lifetime) = Parse(args);
            var token = await IssueAsync(customer, lifetime);
            await Console.Out.WriteLineAsync(token);
            return 0;
        }
        catch (Exception e) when (Explain(e) is { } line)
        {
            await Console.Error.WriteLineAsync($"gateway: {line}");
            return 1;
        }
    }

    /// <summary>A token for a customer of Development.</summary>
    /// <exception cref="GatewayStartException">This is not Development, or only Supabase can sign.</exception>
    public static async Task<string> IssueAsync(string customer, TimeSpan lifetime)
    {
        var builder = WebApplication.CreateBuilder();
        if (!builder.Environment.IsDevelopment())
            throw new GatewayStartException("Tokens are made in Development only; elsewhere customers' tokens come from Supabase.");
        builder.Logging.ClearProviders();
        var options = builder.AddGatewayOptions();
        await EmbeddedSidecar.AddSecretsAsync(builder, options, NullLogger.Instance);
        builder.Services.AddCustomerAuthentication(options.DataPath);
        await using var app = builder.Build();
        return app.Services.GetRequiredService<CustomerTokens>().Issue(customer, lifetime)
            ?? throw new GatewayStartException("SUPABASE_URL is set without SUPABASE_JWT_SECRET: only Supabase can sign tokens then.");
    }

    /// <summary>The line for what a command like this fails with; null: it is not foreseen.</summary>
    public static string? Explain(Exception e) => GatewayApp.Explain(e) ?? GatewayRun.Explain(e)
        ?? (e is ArgumentException or IOException or UnauthorizedAccessException or InvalidDataException ? e.Message : null);

    private static (string Customer, TimeSpan Lifetime) Parse(string[] args)
    {
        string? customer = null;
        var lifetime = DefaultLifetime;
        for (var i = 1; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : throw new GatewayStartException($"{args[i]} has no value. {Usage}");
            switch (args[i])
            {
                case "--customer":
                    customer = value;
                    break;
                case "--hours" when double.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out var hours) && hours is > 0 and <= 8760:
                    lifetime = TimeSpan.FromHours(hours);
                    break;
                default:
                    throw new GatewayStartException($"{args[i]} {value} is not understood. {Usage}");
            }
        }

        return (customer ?? throw new GatewayStartException($"A customer's name is missing. {Usage}"), lifetime);
    }
}
