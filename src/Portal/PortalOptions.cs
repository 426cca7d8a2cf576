namespace Gateway.Portal;

/// <summary>What the portal's host tells it.</summary>
public sealed class PortalOptions
{
    /// <summary>Where the Gateway surface answers on this machine, for example <c>http://127.0.0.1:8001/</c>. Required.</summary>
    public Uri Gateway { get; set; } = null!;

    /// <summary>The Supabase project's address; null: nobody can sign in with a password.</summary>
    public Uri? SupabaseUrl { get; set; }

    /// <summary>Supabase's public key for clients (<c>SUPABASE_ANON_KEY</c>); null: nobody can sign in with a password.</summary>
    public string? SupabaseAnonKey { get; set; }

    /// <summary>
    /// Development only: makes the token of a customer by name alone, for a time; null when the name cannot be one. Not set: names alone
    /// open nothing.
    /// </summary>
    public Func<string, TimeSpan, string?>? IssueDevelopmentToken { get; set; }

    /// <summary>Development only: the Orchestrator surface's admin token, with which anybody may sign in as an operator. Not set: the token must be typed.</summary>
    public Func<string?>? DevelopmentOperatorToken { get; set; }

    /// <summary>Whether cookies go over https only. Default false: as the request came.</summary>
    public bool RequiresHttps { get; set; }
}
