namespace Gateway.Bench.Floors;

/// <summary>Requests to the floors beside a server.</summary>
internal static class FloorRequests
{
    /// <summary>Sends one.</summary>
    /// <param name="http">For the server's address.</param>
    /// <param name="what">Which, as <see cref="FloorStartup.Path"/> has them.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task SendAsync(HttpClient http, string what, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{FloorStartup.Path}/{what}") { Content = new ByteArrayContent([]) };
        using var answer = await http.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }
}
