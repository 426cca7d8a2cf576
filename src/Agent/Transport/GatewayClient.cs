using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Transport;

/// <summary>
/// Sends one JSON request and turns whatever happens into a <see cref="Reply{T}"/>. Says once when the gateway cannot be reached
/// and once when it can again. Used by all loops of the agent at once.
/// </summary>
internal sealed class GatewayClient : IDisposable
{
    /// <summary>How long an answer may take, beyond the time that a long poll asked for.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);

    /// <summary>Ten commands with payloads of 1 MiB, and room for their envelope.</summary>
    private const int LargestAnswer = 12 * 1024 * 1024;

    private readonly HttpClient http;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private int unreachable;

    public GatewayClient(string server, TimeProvider time, ILogger log)
    {
        this.time = time;
        this.log = log;
        var handler = new SocketsHttpHandler
        {
            // A redirect would carry the token or the secret to another host.
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
        };
        http = new HttpClient(handler)
        {
            BaseAddress = new Uri(server.TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LargestAnswer,
        };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("gateway-agent", AgentVersion.Text));
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    /// <param name="token">The session token, or null where none is needed.</param>
    /// <param name="wait">How long the gateway may hold the request on purpose.</param>
    /// <returns>The reply and, with an answer, the clock of the server that gave it.</returns>
    public async Task<(Reply<TAnswer> Reply, DateTimeOffset? ServerTime)> PostAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType,
        string? token, TimeSpan wait, CancellationToken cancel)
        where TAnswer : class
    {
        using var limit = new CancellationTokenSource(AnswerLimit + wait, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, bodyType) };
        if (token is not null) request.Headers.TryAddWithoutValidation("X-Device-Token", token);
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, linked.Token);
            Reply<TAnswer> reply = await ReadAsync(response, answerType, linked.Token);
            Note(reply.Verdict, reply.Detail);
            return (reply, response.Headers.Date);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (Lost<TAnswer>("no answer in time"), null);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            return (Lost<TAnswer>(ReplyMap.Clean(broken.InnerException?.Message ?? broken.Message)), null);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<Reply<TAnswer>> ReadAsync<TAnswer>(
        HttpResponseMessage response, JsonTypeInfo<TAnswer> answerType, CancellationToken cancel)
        where TAnswer : class
    {
        Verdict verdict = ReplyMap.FromStatus(response.StatusCode);
        if (verdict is not Verdict.Ok)
        {
            ErrorAnswer? error = await TryParseAsync(response, Wire.Json.ErrorAnswer, cancel);
            return new Reply<TAnswer>(
                verdict, null, ReplyMap.Detail(response, error?.Error), ReplyMap.RetryAfter(response, time.GetUtcNow()));
        }

        // A page of a captive portal also comes with 200: it is no answer of a gateway.
        return await TryParseAsync(response, answerType, cancel) is { } answer
            ? new Reply<TAnswer>(Verdict.Ok, answer)
            : new Reply<TAnswer>(Verdict.Unavailable, null, "the answer is not what a gateway answers");
    }

    private static async Task<T?> TryParseAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(type, cancel);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private Reply<T> Lost<T>(string detail)
        where T : class
    {
        Note(Verdict.Unavailable, detail);
        return new Reply<T>(Verdict.Unavailable, null, detail);
    }

    private void Note(Verdict verdict, string detail)
    {
        if (verdict is Verdict.Unavailable)
        {
            if (Interlocked.Exchange(ref unreachable, 1) == 0) TransportLog.Unreachable(log, http.BaseAddress!, detail);
        }
        else if (Interlocked.Exchange(ref unreachable, 0) == 1)
        {
            TransportLog.ReachableAgain(log, http.BaseAddress!);
        }
    }
}
