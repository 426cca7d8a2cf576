using Gateway.Sidecar.Components;
using Gateway.Sidecar.State.Postgres;

namespace Gateway.Sidecar.Tests.State;

/// <summary>
/// Connection strings of libpq (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING) and what Dapr's component
/// adds beside them, told by what Npgsql is given.
/// </summary>
public sealed class PostgresConnectionTests
{
    [Theory]
    [InlineData("host=db port=5433 user=u password=p dbname=d", "Host=db;Port=5433;Username=u;Password=p;Database=d")]
    [InlineData("  host = db  database=d", "Host=db;Database=d")]
    [InlineData("host=db password='a b\\'c\\\\d'", "Host=db;Password=\"a b'c\\d\"")]
    [InlineData("host=db hostaddr=10.0.0.1", "Host=10.0.0.1")]
    [InlineData("host=/var/run/postgresql user=u", "Host=/var/run/postgresql;Username=u")]
    [InlineData("host=db sslmode=disable connect_timeout=10", "Host=db;SSL Mode=Disable;Timeout=10")]
    [InlineData("host=db sslmode=verify-full sslrootcert=/ca.crt", "Host=db;SSL Mode=VerifyFull;Root Certificate=/ca.crt")]
    [InlineData("sslrootcert=/ca.crt sslmode=require host=db", "Host=db;SSL Mode=VerifyCA;Root Certificate=/ca.crt")]
    [InlineData("host=db search_path=s application_name=a", "Host=db;Search Path=s;Application Name=a")]
    [InlineData("host=db pool_max_conns=7 pool_max_conn_idle_time=5m", "Host=db;Maximum Pool Size=7;Connection Idle Lifetime=300")]
    [InlineData("postgres://u:p%40ss@db:5433/d?sslmode=require&application_name=a", "Host=db;Port=5433;Username=u;Password=p@ss;Database=d;SSL Mode=Require;Application Name=a")]
    [InlineData("postgresql://db", "Host=db")]
    [InlineData("postgres://u@[::1]:5432/d", "Host=::1;Port=5432;Username=u;Database=d")]
    public void ConnectionString_InEachForm_IsRead(string text, string expected) => Same(expected, PostgresConnection.Read(Component(("connectionString", text))));

    [Fact]
    public void SingleSettings_GoBeforeTheConnectionString() => Same(
        "Host=other;Port=1;Username=me;Password=secret;Database=mine;Root Certificate=/ca.crt",
        PostgresConnection.Read(Component(
            ("connectionString", "host=db dbname=d user=u"),
            ("host", "other"), ("port", "1"), ("user", "me"), ("password", "secret"), ("database", "mine"), ("sslRootCert", "/ca.crt"))));

    [Theory]
    [InlineData("host")]
    [InlineData("host='db")]
    [InlineData("postgres://[")]
    public void ConnectionString_ThatCannotBeRead_IsRefused(string text) =>
        Assert.Throws<ComponentException>(() => PostgresConnection.Read(Component(("connectionString", text))));

    [Fact]
    public void Settings_OfTheComponent_ReachTheDriver()
    {
        PostgresSettings settings = PostgresSettings.Of(Component(
            ("connectionString", "host=db"), ("timeout", "1500ms"), ("maxConns", "9"), ("connectionMaxIdleTime", "2m"), ("queryExecMode", "exec"), ("cleanupInterval", "0")));
        Assert.Contains("Command Timeout=2;", settings.ConnectionString + ";", StringComparison.Ordinal);
        Assert.Contains("Maximum Pool Size=9;", settings.ConnectionString + ";", StringComparison.Ordinal);
        Assert.Contains("Connection Idle Lifetime=120;", settings.ConnectionString + ";", StringComparison.Ordinal);
        Assert.DoesNotContain("Max Auto Prepare", settings.ConnectionString, StringComparison.Ordinal);
        Assert.Null(settings.CleanupInterval);
    }

    [Fact]
    public void Settings_LeftOut_AreDaprsDefaults()
    {
        PostgresSettings settings = PostgresSettings.Of(Component(("connectionString", "host=db")));
        Assert.Contains("Command Timeout=20;", settings.ConnectionString + ";", StringComparison.Ordinal);
        Assert.Contains("Max Auto Prepare=", settings.ConnectionString, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromHours(1), settings.CleanupInterval);
        Assert.Equal(("state", "dapr_metadata"), (settings.Table.Name, settings.Table.MetadataTable));
    }

    private static void Same(string expected, Npgsql.NpgsqlConnectionStringBuilder settings) =>
        Assert.True(
            new Npgsql.NpgsqlConnectionStringBuilder(expected) { GssEncryptionMode = Npgsql.GssEncryptionMode.Disable }.EquivalentTo(settings),
            settings.ConnectionString);

    private static ComponentSpec Component(params (string Name, string Value)[] metadata) => new()
    {
        Name = "store",
        Type = "state.postgresql",
        Version = "v2",
        File = "components.yaml",
        Metadata = metadata.ToDictionary(item => item.Name, item => item.Value, StringComparer.OrdinalIgnoreCase),
    };
}
