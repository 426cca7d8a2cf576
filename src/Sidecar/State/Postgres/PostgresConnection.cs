using System.Globalization;
using Gateway.Sidecar.Components;
using Npgsql;

namespace Gateway.Sidecar.State.Postgres;

/// <summary>
/// How to reach the server: the metadata <c>connectionString</c> in the two forms that daprd takes, keywords (<c>host=… user=…</c>) and
/// URL (<c>postgres://…</c>) (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING), and the single settings beside
/// it (<c>host</c>, <c>user</c> and so on), which go before it. No message names a value, since one of them is the password.
/// </summary>
internal static class PostgresConnection
{
    private static readonly string[] Fields = ["host", "hostaddr", "port", "database", "user", "password", "sslRootCert"];

    /// <summary>The same in Npgsql's words.</summary>
    /// <exception cref="ComponentException">Something in it cannot be read or is not supported.</exception>
    public static NpgsqlConnectionStringBuilder Read(ComponentSpec component)
    {
        string text = component.Text("connectionString") ?? component.Text("url") ?? "";
        Dictionary<string, string> values = text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal)
            ? ReadUrl(text)
            : ReadKeywords(text);
        foreach (string field in Fields)
        {
            if (component.Text(field) is { } value) values[Keyword(field)] = value;
        }

        if (values.Count == 0) throw new ComponentException("failed to build connection string");
        var settings = new NpgsqlConnectionStringBuilder { GssEncryptionMode = GssEncryptionMode.Disable };
        // An address goes before a name; sslmode is read before the certificate that makes it stricter.
        foreach ((string name, string value) in values.OrderBy(pair => pair.Key is "hostaddr" or "sslrootcert" ? 1 : 0)) Apply(settings, name, value);
        return settings;
    }

    private static void Apply(NpgsqlConnectionStringBuilder settings, string name, string value)
    {
        switch (name)
        {
            case "host" or "hostaddr": settings.Host = value; break;
            case "port": settings.Port = Number(name, value); break;
            case "dbname": settings.Database = value; break;
            case "user": settings.Username = value; break;
            case "password": settings.Password = value; break;
            case "connect_timeout": settings.Timeout = Number(name, value); break;
            case "application_name": settings.ApplicationName = value; break;
            case "search_path": settings.SearchPath = value; break;
            case "options": settings.Options = value; break;
            case "sslcert": settings.SslCertificate = value; break;
            case "sslkey": settings.SslKey = value; break;
            case "sslpassword": settings.SslPassword = value; break;
            case "sslmode": settings.SslMode = Mode(value); break;
            case "sslrootcert":
                settings.RootCertificate = value;
                // As in libpq, a certificate to check with is checked.
                if (settings.SslMode == SslMode.Require) settings.SslMode = SslMode.VerifyCA;
                break;
            case "pool_max_conns": settings.MaxPoolSize = Number(name, value); break;
            case "pool_min_conns": settings.MinPoolSize = Number(name, value); break;
            case "pool_max_conn_idle_time": settings.ConnectionIdleLifetime = Seconds(name, value); break;
            case "pool_max_conn_lifetime": settings.ConnectionLifetime = Seconds(name, value); break;
            default: throw new ComponentException($"option '{name}' of the connectionString is not supported");
        }
    }

    private static SslMode Mode(string value) => value switch
    {
        "disable" => SslMode.Disable,
        "allow" => SslMode.Allow,
        "prefer" => SslMode.Prefer,
        "require" => SslMode.Require,
        "verify-ca" => SslMode.VerifyCA,
        "verify-full" => SslMode.VerifyFull,
        _ => throw new ComponentException("sslmode of the connectionString is not one of disable, allow, prefer, require, verify-ca, verify-full"),
    };

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new ComponentException($"{name} of the connectionString must be a whole number");

    private static int Seconds(string name, string value) =>
        GoDuration.TryParse(value, out TimeSpan duration) && duration.TotalSeconds is >= 0 and <= int.MaxValue
            ? (int)duration.TotalSeconds
            : throw new ComponentException($"{name} of the connectionString must be a duration; write for example 30s or 5m");

    private static string Keyword(string name) => name switch
    {
        "database" => "dbname",
        "sslRootCert" => "sslrootcert",
        _ => name,
    };

    private static Dictionary<string, string> ReadUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url)) throw new ComponentException("the connectionString is no URL");
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        string[] user = url.UserInfo.Split(':', 2);
        Set("user", user[0]);
        if (user.Length == 2) Set("password", user[1]);
        Set("host", url.HostNameType == UriHostNameType.IPv6 ? url.Host.Trim('[', ']') : url.Host);
        if (url.Port > 0) Set("port", url.Port.ToString(CultureInfo.InvariantCulture));
        Set("dbname", url.AbsolutePath.TrimStart('/'));
        foreach (string pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            Set(Keyword(parts[0]), parts.Length == 2 ? parts[1] : "");
        }

        return values;

        void Set(string name, string value)
        {
            if (value.Length > 0) values[name] = Uri.UnescapeDataString(value);
        }
    }

    // keyword = value, apart by blanks; a value in single quotes may hold blanks, and a backslash stands before a quote or a backslash.
    private static Dictionary<string, string> ReadKeywords(string text)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        int at = 0;
        while (true)
        {
            SkipBlanks();
            if (at == text.Length) return values;
            int equals = text.IndexOf('=', at);
            if (equals < 0) throw new ComponentException("the connectionString has a word that is not followed by '='");
            string name = text[at..equals].TrimEnd();
            at = equals + 1;
            SkipBlanks();
            values[Keyword(name)] = Value();
        }

        void SkipBlanks()
        {
            while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        }

        string Value()
        {
            bool quoted = at < text.Length && text[at] == '\'';
            if (quoted) at++;
            var value = new System.Text.StringBuilder();
            for (; at < text.Length; at++)
            {
                if (quoted ? text[at] == '\'' : char.IsWhiteSpace(text[at]))
                {
                    at++;
                    return value.ToString();
                }

                if (text[at] == '\\' && at + 1 < text.Length) at++;
                value.Append(text[at]);
            }

            return quoted ? throw new ComponentException("the connectionString has a quote that does not end") : value.ToString();
        }
    }
}
