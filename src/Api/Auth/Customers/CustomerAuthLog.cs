using Gateway.Api.Auth.Jwt;

namespace Gateway.Api.Auth.Customers;

internal static partial class CustomerAuthLog
{
    [LoggerMessage(3101, LogLevel.Error, "Customer endpoints are closed and answer 503: set SUPABASE_JWT_SECRET or SUPABASE_URL")]
    public static partial void Closed(ILogger logger);

    [LoggerMessage(3102, LogLevel.Debug, "Refused a customer's token: {Failure}")]
    public static partial void Refused(ILogger logger, JwtFailure failure);
}
