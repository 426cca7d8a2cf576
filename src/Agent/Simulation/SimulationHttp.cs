using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.Agent.Simulation;

/// <summary>A request to make.</summary>
/// <param name="DropAfter">Break the connection off after this long; null: wait for the answer.</param>
internal sealed record Call(HttpMethod Method, string Path, JsonObject? Body = null, TimeSpan? DropAfter = null);

/// <summary>What came of a request.</summary>
/// <param name="Reached">Whether it may have got to the server at all.</param>
/// <param name="Sent">When it was about to leave, in microseconds since the run began.</param>
/// <param name="Answered">When its answer had come; null: none came.</param>
/// <param name="Status">The answer's status; null: none came.</param>
/// <param name="Body">The answer's JSON; undefined when it has none.</param>
internal readonly record struct Exchange(bool Reached, long Sent, long? Answered, int? Status, JsonElement Body)
{
    public bool Ok => Status is >= 200 and < 300;

    /// <summary>Whether asking again may help: no answer, or one of a server in trouble.</summary>
    public bool IsOpen => Status is null or >= 500;

    /// <summary>A member of the body by its path; undefined when it is not there.</summary>
    public JsonElement At(params ReadOnlySpan<string> path)
    {
        JsonElement at = Body;
        foreach (string name in path)
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at)) return default;
        return at;
    }

    public string? Text(params ReadOnlySpan<string> path) => At(path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}

/// <summary>One client for the whole fleet: bounded requests at once, one monotonic clock, Retry-After honoured. Thread-safe.</summary>
internal sealed class SimulationHttp : IDisposable
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(61);

    private readonly HttpClient http;
    private readonly SemaphoreSlim gate;
    private readonly SimulationProgress progress;
    private readonly TimeProvider time;
    private readonly long begun;

    public SimulationHttp(Uri server, int concurrency, SimulationProgress progress, TimeProvider time)
    {
        this.progress = progress;
        this.time = time;
        begun = time.GetTimestamp();
        gate = new SemaphoreSlim(concurrency);
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
        {
            BaseAddress = server,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("gateway-simulation", AgentVersion.Text));
    }

    /// <summary>Sends as a customer.</summary>
    public Task<Exchange> SendAsync(CustomerAccount customer, Call call, CancellationToken cancel) =>
        SendAsync(call, headers => headers.Authorization = new AuthenticationHeaderValue("Bearer", customer.Token), cancel);

    /// <summary>Sends as a device; without a token where none is needed.</summary>
    public Task<Exchange> SendAsync(string? deviceToken, Call call, CancellationToken cancel) =>
        SendAsync(call, headers => { if (deviceToken is not null) headers.Add("X-Device-Token", deviceToken); }, cancel);

    /// <summary>Sends until there is an answer that says something.</summary>
    public async Task<Exchange> InsistAsync(CustomerAccount? customer, Call call, CancellationToken cancel)
    {
        while (true)
        {
            Exchange exchange = customer is null ? await SendAsync((string?)null, call, cancel) : await SendAsync(customer, call, cancel);
            if (!exchange.IsOpen) return exchange;
            await Task.Delay(TimeSpan.FromMilliseconds(500), time, cancel);
        }
    }

    public void Dispose()
    {
        http.Dispose();
        gate.Dispose();
    }

    private async Task<Exchange> SendAsync(Call call, Action<HttpRequestHeaders> authorize, CancellationToken cancel)
    {
        while (true)
        {
            await gate.WaitAsync(cancel);
            TimeSpan wait;
            try
            {
                (Exchange exchange, TimeSpan? retryAfter) = await OnceAsync(call, authorize, cancel);
                if (exchange.Status != (int)HttpStatusCode.TooManyRequests) return exchange;
                wait = retryAfter ?? TimeSpan.FromSeconds(1);
            }
            finally
            {
                gate.Release();
            }

            progress.Count(Counted.Throttled);
            await Task.Delay(wait < LongestRetryAfter ? wait : LongestRetryAfter, time, cancel);
        }
    }

    private async Task<(Exchange Exchange, TimeSpan? RetryAfter)> OnceAsync(Call call, Action<HttpRequestHeaders> authorize, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(call.DropAfter ?? AnswerLimit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        using var request = new HttpRequestMessage(call.Method, call.Path);
        authorize(request.Headers);
        if (call.Body is { } body)
            request.Content = new StringContent(body.ToJsonString()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        progress.Count(Counted.Requests);
        long sent = Now();
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, linked.Token);
            byte[] answer = await response.Content.ReadAsByteArrayAsync(linked.Token);
            long answered = Now();
            if ((int)response.StatusCode >= 500) progress.Count(Counted.Troubled);
            return (new Exchange(true, sent, answered, (int)response.StatusCode, Parse(answer)), response.Headers.RetryAfter?.Delta);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (Lost(sent), null);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            // There was no connection to send it over: nothing can have come of it.
            progress.Count(Counted.Unreachable);
            return (new Exchange(false, sent, null, null, default), null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (Lost(sent), null);
        }
    }

    private Exchange Lost(long sent)
    {
        progress.Count(Counted.Unanswered);
        return new Exchange(true, sent, null, null, default);
    }

    private static JsonElement Parse(byte[] answer)
    {
        try
        {
            return answer.Length == 0 ? default : JsonElement.Parse(answer);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    /// <summary>The run's clock, in microseconds since it began.</summary>
    public long Now() => (long)time.GetElapsedTime(begun).TotalMicroseconds;
}
