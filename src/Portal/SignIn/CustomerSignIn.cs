using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gateway.Portal.SignIn;

/// <summary>
/// Signs customers in and renews their tokens: by Supabase's password and refresh grants
/// (<c>POST {SUPABASE_URL}/auth/v1/token?grant_type=…</c>), in Development by name alone.
/// </summary>
internal sealed partial class CustomerSignIn(
    IHttpClientFactory clients, IOptions<PortalOptions> options, TimeProvider time, ILogger<CustomerSignIn> logger)
{
    /// <summary>The HTTP client for Supabase.</summary>
    public const string HttpClientName = "Gateway.Portal.Supabase";

    /// <summary>How long a token by name lasts; it is renewed like any other.</summary>
    public static readonly TimeSpan NamedTokenLifetime = TimeSpan.FromHours(1);

    /// <summary>Whether email and password can be used.</summary>
    public bool TakesPasswords => options.Value is { SupabaseUrl: not null, SupabaseAnonKey: not null };

    /// <summary>Whether a name alone will do: Development.</summary>
    public bool TakesNames => options.Value.IssueDevelopmentToken is not null;

    /// <summary>Signs in by a name alone.</summary>
    public SignInOutcome ByName(string name)
    {
        if (!TakesNames) return SignInOutcome.Unavailable;
        if (!CustomerName().IsMatch(name)) return SignInOutcome.Refused;
        return Named(NewId(), name) is { } session ? new SignInOutcome(session) : SignInOutcome.Unavailable;
    }

    /// <summary>Signs in by email and password.</summary>
    public Task<SignInOutcome> ByPasswordAsync(string email, string password, CancellationToken cancellationToken) =>
        TakesPasswords ? GrantAsync("password", new { email, password }, NewId(), email, cancellationToken) : Task.FromResult(SignInOutcome.Unavailable);

    /// <summary>The same sign-in with fresh tokens.</summary>
    public async Task<SignInOutcome> RenewAsync(PortalSession session, CancellationToken cancellationToken)
    {
        if (session.RefreshToken is { } token)
            return await GrantAsync("refresh_token", new { refresh_token = token }, session.Id, session.Name, cancellationToken);
        return Named(session.Id, session.CustomerId) is { } renewed ? new SignInOutcome(renewed) : SignInOutcome.Refused;
    }

    /// <summary>Tells Supabase that a sign-in is over; when it does not answer, its tokens simply end in time.</summary>
    public async Task SignOutAsync(PortalSession session, CancellationToken cancellationToken)
    {
        if (session.RefreshToken is null || !TakesPasswords) return;
        using var request = Request("logout?scope=local");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", session.AccessToken);
        try
        {
            using var http = clients.CreateClient(HttpClientName);
            using var response = await http.SendAsync(request, cancellationToken);
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            SignInLog.NoAnswer(logger, e);
        }
    }

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static bool IsNoAnswer(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private PortalSession? Named(string id, string name) =>
        options.Value.IssueDevelopmentToken?.Invoke(name, NamedTokenLifetime) is { } token
            ? new PortalSession(id, name, name, token, null, time.GetUtcNow() + NamedTokenLifetime)
            : null;

    private async Task<SignInOutcome> GrantAsync(string grant, object body, string id, string name, CancellationToken cancellationToken)
    {
        using var request = Request($"token?grant_type={grant}");
        request.Content = JsonContent.Create(body, body.GetType());
        try
        {
            using var http = clients.CreateClient(HttpClientName);
            using var response = await http.SendAsync(request, cancellationToken);
            switch (response.StatusCode)
            {
                case HttpStatusCode.BadRequest or HttpStatusCode.Forbidden or HttpStatusCode.UnprocessableEntity:
                    return await IsUnconfirmedAsync(response, cancellationToken) ? SignInOutcome.Unconfirmed : SignInOutcome.Refused;
                case HttpStatusCode.TooManyRequests:
                    return SignInOutcome.Limited;
                // 401 is about the project's key, not about who signs in.
                case not HttpStatusCode.OK:
                    SignInLog.Unexpected(logger, (int)response.StatusCode);
                    return SignInOutcome.Unavailable;
            }

            var granted = await response.Content.ReadFromJsonAsync<Grant>(cancellationToken);
            if (granted is not { AccessToken.Length: > 0, RefreshToken.Length: > 0, User.Id.Length: > 0, ExpiresIn: > 0 })
            {
                SignInLog.Unexpected(logger, (int)response.StatusCode);
                return SignInOutcome.Unavailable;
            }

            return new SignInOutcome(new PortalSession(
                id, granted.User.Id, granted.User.Email ?? name, granted.AccessToken, granted.RefreshToken,
                time.GetUtcNow().AddSeconds(granted.ExpiresIn)));
        }
        catch (Exception e) when (IsNoAnswer(e, cancellationToken))
        {
            SignInLog.NoAnswer(logger, e);
            return SignInOutcome.Unavailable;
        }
    }

    /// <summary>Supabase has two forms of errors: a code of its own, and before that OAuth's with a text.</summary>
    private static async Task<bool> IsUnconfirmedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken) is { ValueKind: JsonValueKind.Object } body
                && (Says("error_code", "email_not_confirmed") || Says("code", "email_not_confirmed") || Says("error_description", "Email not confirmed"));

            bool Says(string name, string text) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.ValueEquals(text);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private HttpRequestMessage Request(string path)
    {
        var root = options.Value.SupabaseUrl!.AbsoluteUri.TrimEnd('/');
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{root}/auth/v1/{path}"));
        request.Headers.Add("apikey", options.Value.SupabaseAnonKey);
        return request;
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}\z")]
    private static partial Regex CustomerName();

    private sealed record Grant(
        [property: JsonPropertyName("access_token")] string? AccessToken,
        [property: JsonPropertyName("refresh_token")] string? RefreshToken,
        [property: JsonPropertyName("expires_in")] long ExpiresIn,
        [property: JsonPropertyName("user")] GrantUser? User);

    private sealed record GrantUser([property: JsonPropertyName("id")] string? Id, [property: JsonPropertyName("email")] string? Email);
}

/// <summary>What signing in came to.</summary>
/// <param name="Session">The sign-in; null: there is none.</param>
/// <param name="Failure">Why there is none.</param>
internal sealed record SignInOutcome(PortalSession? Session, SignInFailure Failure = SignInFailure.None)
{
    /// <summary>What was shown does not hold.</summary>
    public static SignInOutcome Refused { get; } = new(null, SignInFailure.Refused);

    /// <summary>The email address was never confirmed.</summary>
    public static SignInOutcome Unconfirmed { get; } = new(null, SignInFailure.Unconfirmed);

    /// <summary>Too many have tried.</summary>
    public static SignInOutcome Limited { get; } = new(null, SignInFailure.Limited);

    /// <summary>It could not be checked.</summary>
    public static SignInOutcome Unavailable { get; } = new(null, SignInFailure.Unavailable);

    /// <summary>Whether trying again later would come to the same.</summary>
    public bool IsRefused => Failure is SignInFailure.Refused or SignInFailure.Unconfirmed;
}

/// <summary>Why there is no sign-in.</summary>
internal enum SignInFailure
{
    None,
    Refused,
    Unconfirmed,
    Limited,
    Unavailable,
}
