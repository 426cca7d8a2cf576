using System.Net.Sockets;
using Npgsql;

namespace Gateway.Storage.Database.Postgres;

/// <summary>What an error of Npgsql means to a caller.</summary>
internal static class PostgresErrors
{
    /// <summary>
    /// Whether the same call may be sent again at once. A deadlock or a serialization failure was certainly rolled back; after a broken
    /// connection nobody knows.
    /// </summary>
    public static bool MayRepeat(NpgsqlException e, Repeat repeat) => e switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure } => true,
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } => repeat == Repeat.Safe,
        PostgresException => false,
        // A server that refuses, or is silent, gets no second knock from the same call: its callers are waiting.
        { InnerException: TimeoutException or SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => false,
        _ => repeat == Repeat.Safe,
    };

    /// <summary>Whether the store could not do it now; otherwise the error is a fault of ours. A name that nobody resolves comes unwrapped.</summary>
    public static bool IsUnavailable(Exception e) => e switch
    {
        PostgresException answered => answered.IsTransient
            || answered.SqlState[..2] is "08" or "28" or "3D" or "40" or "53" or "57" or "58" or "XX"
            || answered.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction,
        NpgsqlException or SocketException => true,
        _ => false,
    };

    /// <summary>One line for the console, without the connection string's password.</summary>
    public static string StartMessage(Exception e, NpgsqlDataSource source)
    {
        var at = new NpgsqlConnectionStringBuilder(source.ConnectionString);
        var reason = e is PostgresException answered ? answered.MessageText : (e.InnerException ?? e).Message;
        return $"Postgres at {at.Host}:{at.Port}, database {at.Database ?? at.Username} (ConnectionStrings:Gateway), cannot be used: "
            + reason.ReplaceLineEndings(" ");
    }
}
