using Microsoft.Extensions.Logging;

namespace Gateway.Portal.SignIn;

/// <summary>What signing in logs; never a name, password or token.</summary>
internal static partial class SignInLog
{
    [LoggerMessage(5101, LogLevel.Warning, "Supabase does not answer")]
    public static partial void NoAnswer(ILogger logger, Exception problem);

    [LoggerMessage(5102, LogLevel.Warning, "Supabase answered a sign-in with {Status}, which is not understood")]
    public static partial void Unexpected(ILogger logger, int status);
}
