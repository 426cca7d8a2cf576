using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Database.Sqlite;

/// <summary>What an error of SQLite means to a caller. The codes are the primary result codes of sqlite.org/rescode.html.</summary>
internal static class SqliteErrors
{
    public const int Permission = 3;
    public const int Busy = 5;
    public const int Locked = 6;
    public const int ReadOnly = 8;
    public const int InputOutput = 10;
    public const int Corrupt = 11;
    public const int Full = 13;
    public const int CannotOpen = 14;
    public const int Protocol = 15;
    public const int NotADatabase = 26;

    /// <summary>Whether the store could not do it now; otherwise the error is a fault of ours.</summary>
    public static bool IsUnavailable(SqliteException e) => e.SqliteErrorCode
        is Permission or Busy or Locked or ReadOnly or InputOutput or Corrupt or Full or CannotOpen or Protocol or NotADatabase;

    public static StorageUnavailableException Unavailable(SqliteException e) => new("The relational store does not answer.", e);
}
