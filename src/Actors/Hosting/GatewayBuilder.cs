namespace Gateway.Actors.Hosting;

/// <summary>The builder that every Gateway program begins with.</summary>
public static class GatewayBuilder
{
    /// <summary>
    /// ASP.NET Core's defaults, but settings are read once, at start. Watching their files means watching the whole working directory,
    /// the data folder in it included: every write of the databases would be an event to look at.
    /// </summary>
    public static WebApplicationBuilder Create(string[] args) => WebApplication.CreateBuilder([.. args, "--hostBuilder:reloadConfigOnChange=false"]);
}
