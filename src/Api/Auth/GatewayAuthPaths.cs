namespace Gateway.Api.Auth;

/// <summary>Where authentication keeps what Development makes up.</summary>
/// <param name="DataPath">The data folder (<c>Gateway:DataPath</c>).</param>
internal sealed record GatewayAuthPaths(string DataPath);
