using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Gateway.Agent.Commands;

/// <summary>
/// <c>http_check</c> {url, method?: GET | HEAD = GET, timeoutMs?: 100..30000 = 10000}: asks a web server and tells its status. The body
/// is not read, a redirect is told and not followed. A server that is not there is an answer, not a failure.
/// Output: <see cref="HttpCheck"/>.
/// </summary>
internal sealed class HttpCheckCommand(TimeProvider time) : ICommand
{
    private const int LongestUrl = 2048;

    public string Name => "http_check";

    public async Task<CommandOutcome> RunAsync(Parameters parameters, CancellationToken cancel)
    {
        string text = parameters.Text("url");
        if (text.Length > LongestUrl
            || !Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
            || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            || url.UserInfo.Length > 0)
        {
            throw new InvalidParameterException(
                "url", $"must be an http or https address of at most {LongestUrl} characters, without a user name");
        }

        HttpMethod method = parameters.Choice("method", "GET", "GET", "HEAD") == "HEAD" ? HttpMethod.Head : HttpMethod.Get;
        int timeoutMs = parameters.Number("timeoutMs", 100, 30_000, otherwise: 10_000);
        parameters.NoMore();

        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
        http.Timeout = Timeout.InfiniteTimeSpan;
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(timeoutMs), time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        using var request = new HttpRequestMessage(method, url);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("gateway-agent", AgentVersion.Text));
        long start = time.GetTimestamp();
        int? status = null;
        string? location = null, error = null;
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            status = (int)response.StatusCode;
            location = response.Headers.Location?.ToString();
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            error = $"no answer within {timeoutMs} ms";
        }
        catch (HttpRequestException failed)
        {
            error = Describe(failed);
        }

        double took = Math.Round(time.GetElapsedTime(start).TotalMilliseconds, 1);
        return Answer.Success(new HttpCheck(text, status is not null, status, location, took, error), Answer.Types.HttpCheck);
    }

    private static string Describe(HttpRequestException failed) => failed.InnerException switch
    {
        SocketException socket => SocketProblem.Describe(socket.SocketErrorCode),
        AuthenticationException => "the server's certificate is not trusted",
        _ => failed.HttpRequestError.ToString(),
    };
}
