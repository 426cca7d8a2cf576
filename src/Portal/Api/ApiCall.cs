using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Gateway.Portal.Api;

/// <summary>One request to this machine's app port. It does not throw for what is answered or for its absence: that is an <see cref="ApiProblem"/>.</summary>
internal static class ApiCall
{
    /// <summary>Sends it and reads what comes.</summary>
    /// <param name="http">Knows the address.</param>
    /// <param name="method">The method.</param>
    /// <param name="path">Relative to the address.</param>
    /// <param name="token">Goes into the header Authorization.</param>
    /// <param name="body">Sent as JSON; null: none.</param>
    /// <param name="json">How JSON is read and written.</param>
    /// <param name="problemOf">Reads an error in its surface's format; null: it is in no such format.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <param name="seen">Is shown the answer before it is read.</param>
    public static async Task<ApiAnswer<T>> SendAsync<T>(
        HttpClient http, HttpMethod method, string path, string token, object? body, JsonSerializerOptions json,
        Func<ProblemKind, JsonElement, ApiProblem?> problemOf, CancellationToken cancellationToken, Action<HttpResponseMessage>? seen = null)
        where T : class
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null) request.Content = JsonContent.Create(body, body.GetType(), options: json);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            seen?.Invoke(response);
            if (response.IsSuccessStatusCode) return (await response.Content.ReadFromJsonAsync<T>(json, cancellationToken))!;
            var kind = ApiProblem.KindOf(response.StatusCode);
            return await ReadAsync(response, cancellationToken) is { ValueKind: JsonValueKind.Object } said && problemOf(kind, said) is { } problem
                ? problem
                : kind switch
                {
                    ProblemKind.Unavailable => ApiProblem.Unreachable,
                    ProblemKind.SignedOut => ApiProblem.SignedOut,
                    _ => new ApiProblem(kind, "The gateway refused the request."),
                };
        }
        catch (Exception e) when (e is HttpRequestException or JsonException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return ApiProblem.Unreachable;
        }
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        }
        catch (JsonException)
        {
            // Something in between answered in its own words.
            return default;
        }
    }
}
