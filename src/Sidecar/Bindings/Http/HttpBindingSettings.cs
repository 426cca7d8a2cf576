using Gateway.Sidecar.Components;
using Gateway.Sidecar.Hosting;

namespace Gateway.Sidecar.Bindings.Http;

/// <summary>The metadata of <c>bindings.http</c> (https://docs.dapr.io/reference/components-reference/supported-bindings/http/).</summary>
internal sealed record HttpBindingSettings
{
    /// <summary>What a request's path is put after.</summary>
    public required string Url { get; init; }

    /// <summary>How long the other side may take to answer; null is for ever.</summary>
    public TimeSpan? ResponseTimeout { get; init; }

    /// <summary>Bytes of an answer that are read, by default 100 MiB; what is beyond is left out, as in daprd. Null is no limit.</summary>
    public long? MaxResponseBodySize { get; init; }

    /// <summary>A status other than 2xx is a failure, unless the request says otherwise. True by default.</summary>
    public bool ErrorIfNot2xx { get; init; }

    /// <summary>A header that every request has, or null.</summary>
    public (string Name, string Value)? SecurityHeader { get; init; }

    public static HttpBindingSettings Of(ComponentSpec component)
    {
        foreach (string name in (string[])["MTLSRootCA", "MTLSClientCert", "MTLSClientKey", "MTLSRenegotiation"])
        {
            if (component.Text(name) is not null) throw new ComponentException($"{name} is not supported");
        }

        string url = component.Text("url") ?? throw new ComponentException("url is missing");
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            throw new ComponentException($"url '{url}' is not an address with http:// or https://");
        return new HttpBindingSettings
        {
            Url = url,
            ResponseTimeout = component.Duration("responseTimeout"),
            MaxResponseBodySize = ReadSize(component.Text("maxResponseBodySize")),
            ErrorIfNot2xx = component.Text("errorIfNot2XX") is null || component.Flag("errorIfNot2XX"),
            SecurityHeader = component.Text("securityTokenHeader") is { } header && component.Text("securityToken") is { } token ? (header, token) : null,
        };
    }

    private static long? ReadSize(string? text)
    {
        if (text is null) return 100 << 20;
        if (text.StartsWith('-') || text == "0") return null;
        return ByteSize.TryParse(text, out long bytes)
            ? bytes
            : throw new ComponentException($"maxResponseBodySize '{text}' is no size; write for example 4Mi");
    }
}
