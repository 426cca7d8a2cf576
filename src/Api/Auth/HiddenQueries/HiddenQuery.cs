using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Gateway.Api.Auth.HiddenQueries;

/// <summary>
/// Credentials in query strings, which sockets need since browsers let a page set no header on them. They are taken out of the request before anything
/// sees it: no log, trace or error page can show them. Whoever needs one asks for it (<see cref="HiddenQueryExtensions.HiddenQuery"/>).
/// </summary>
internal sealed class HiddenQuery
{
    /// <summary>What stands in their place.</summary>
    public const string Mark = "hidden";

    private readonly List<(string Name, string Value)> values = [];

    /// <summary>The one value of a parameter; null: there is none, or more than one.</summary>
    public string? this[string name] =>
        values.FindAll(value => string.Equals(value.Name, name, StringComparison.OrdinalIgnoreCase)) is [var (_, only)] ? only : null;

    /// <summary>Takes what is secret out of a request.</summary>
    public static void Hide(IFeatureCollection features)
    {
        if (features.Get<IHttpRequestFeature>() is not { QueryString.Length: > 1 } request) return;
        HiddenQuery? hidden = null;
        var shown = new List<string>();
        foreach (var pair in new QueryStringEnumerable(request.QueryString))
        {
            var name = pair.DecodeName().ToString();
            if (!IsSecret(name))
            {
                shown.Add($"{pair.EncodedName}={pair.EncodedValue}");
                continue;
            }

            (hidden ??= new HiddenQuery()).values.Add((name, pair.DecodeValue().ToString()));
            shown.Add($"{name}={Mark}");
        }

        if (hidden is null) return;
        var question = request.RawTarget.IndexOf('?', StringComparison.Ordinal);
        request.QueryString = "?" + string.Join('&', shown);
        request.RawTarget = question < 0 ? request.RawTarget : request.RawTarget[..question] + request.QueryString;
        features.Set(hidden);
    }

    private static bool IsSecret(string name) =>
        name.Equals("secret", StringComparison.OrdinalIgnoreCase)
        || name.Equals("token", StringComparison.OrdinalIgnoreCase)
        || name.Equals("access_token", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Hides credentials in queries, and finds them again.</summary>
internal static class HiddenQueryExtensions
{
    /// <summary>Hides <c>secret</c>, <c>token</c> and <c>access_token</c> of every request's query.</summary>
    public static IServiceCollection AddHiddenQueries(this IServiceCollection services) =>
        services.AddSingleton<IHttpContextFactory, HidingContextFactory>();

    /// <summary>The one value of a hidden parameter of this request; null: there is none, or more than one.</summary>
    public static string? HiddenQuery(this HttpContext context, string name) => context.Features.Get<HiddenQuery>()?[name];

    /// <summary>Contexts are made before the first line about a request is logged.</summary>
    private sealed class HidingContextFactory(IServiceProvider services) : IHttpContextFactory
    {
        private readonly DefaultHttpContextFactory contexts = new(services);

        public HttpContext Create(IFeatureCollection featureCollection)
        {
            HiddenQueries.HiddenQuery.Hide(featureCollection);
            return contexts.Create(featureCollection);
        }

        public void Dispose(HttpContext httpContext) => contexts.Dispose(httpContext);
    }
}
