using System.Net;

namespace Gateway.Api.Auth.Jwks;

/// <summary>Why a key set could not be read.</summary>
internal enum JwksFailure
{
    /// <summary>It was read.</summary>
    None,

    /// <summary>No connection, or it broke.</summary>
    Unreachable,

    /// <summary>No complete answer within <see cref="JwksOptions.ReadTimeout"/>.</summary>
    TooSlow,

    /// <summary>An answer other than 200; redirects are not followed.</summary>
    BadStatus,

    /// <summary>More than <see cref="JwksOptions.MaxBytes"/>.</summary>
    TooLarge,

    /// <summary>No JSON object with a list <c>keys</c>.</summary>
    NoKeySet,
}

/// <summary>Reads the key set once, within limits. Thread-safe.</summary>
internal sealed class JwksReader(HttpMessageInvoker http, JwksOptions options, TimeProvider time)
{
    /// <summary>The key set, or why not. Throws only when <paramref name="stopping"/> is cancelled.</summary>
    public async Task<(JwksModel? Keys, JwksFailure Failure)> ReadAsync(CancellationToken stopping)
    {
        using var timeout = new CancellationTokenSource(options.ReadTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, options.Address);
            request.Headers.Accept.ParseAdd("application/json");
            using var response = await http.SendAsync(request, linked.Token);
            if (response.StatusCode != HttpStatusCode.OK) return (null, JwksFailure.BadStatus);

            if (await ReadBodyAsync(response.Content, linked.Token) is not { } body) return (null, JwksFailure.TooLarge);
            return JwksModel.TryParse(body) is { } keys ? (keys, JwksFailure.None) : (null, JwksFailure.NoKeySet);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // Our timeout, or the handler's own for connecting, which tells of itself in the same way.
            return (null, JwksFailure.TooSlow);
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException)
        {
            return (null, JwksFailure.Unreachable);
        }
    }

    private async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpContent content, CancellationToken cancellationToken)
    {
        // One byte more than allowed tells too large from just right, whatever Content-Length claims.
        var buffer = new byte[options.MaxBytes + 1];
        await using var body = await content.ReadAsStreamAsync(cancellationToken);
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length > options.MaxBytes ? null : buffer.AsMemory(0, length);
    }
}
