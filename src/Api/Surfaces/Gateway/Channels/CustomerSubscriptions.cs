using Gateway.Api.Channels.Customers;

namespace Gateway.Api.Surfaces.Gateway.Channels;

/// <summary>What both faces of customers' channels answer.</summary>
internal static class CustomerSubscriptions
{
    /// <summary>Why a device was not subscribed; null: it was.</summary>
    public static GatewayErrorResult? RefusalOf(SubscribeOutcome outcome) => outcome.Status switch
    {
        SubscribeStatus.Subscribed => null,
        SubscribeStatus.NotFound => GatewayErrors.Result(GatewayErrorCode.NotFound, "Device not found"),
        SubscribeStatus.NotOwner => GatewayErrors.Result(GatewayErrorCode.Forbidden, "Device not owned by customer"),
        SubscribeStatus.TooMany => GatewayErrors.Result(
            GatewayErrorCode.RateLimited, $"A connection watches at most {CustomerChannels.MaxSubscriptions} devices."),
        _ => GatewayErrors.Result(GatewayErrorCode.ServiceUnavailable, "The connection is ending."),
    };
}
