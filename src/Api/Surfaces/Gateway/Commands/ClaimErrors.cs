using Gateway.Core.Commands;

namespace Gateway.Api.Surfaces.Gateway.Commands;

/// <summary>What a device is told of a claim that is not its own.</summary>
internal static class ClaimErrors
{
    /// <summary>The token holds no claim, or not any more.</summary>
    public static GatewayErrorResult Stale() => GatewayErrors.Result(GatewayErrorCode.Forbidden, "Invalid claim token or command expired");

    /// <summary>The command has ended; <c>details.status</c> says how.</summary>
    public static GatewayErrorResult Ended(CommandState state) => GatewayErrors.Result(
        GatewayErrorCode.Forbidden, "The command has ended", new Dictionary<string, object?> { ["status"] = state.Name() });
}
