using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Gateway.Portal.Assets;

/// <summary>
/// The portal's styles and scripts. They are embedded in the library and served by it, so that they are there however the host was
/// built or started. Their addresses carry a hash of their content and may be cached for ever.
/// </summary>
internal sealed class PortalAssets
{
    private const string Root = "wwwroot/", Path = "/_portal/", Route = Path + "{hash}/{**name}";
    private const int HashLength = 12;

    private static readonly FrozenDictionary<string, Asset> All = Load();

    /// <summary>An asset's address.</summary>
    /// <exception cref="KeyNotFoundException">There is none with this name: a bug of ours.</exception>
    public static string Address(string name) => $"{Path}{All[name].Hash}/{name}";

    /// <summary>Serves them.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Route, Serve).ExcludeFromDescription();

    private static IResult Serve(string hash, string name, HttpContext context)
    {
        if (!All.TryGetValue(name, out var asset) || asset.Hash != hash) return Results.NotFound();
        var headers = context.Response.Headers;
        headers.CacheControl = "public, max-age=31536000, immutable";
        headers.XContentTypeOptions = "nosniff";
        headers.Vary = HeaderNames.AcceptEncoding;
        if (!context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
            return Results.Bytes(asset.Content, asset.Type);
        headers.ContentEncoding = "gzip";
        return Results.Bytes(asset.Compressed.Value, asset.Type);
    }

    private static FrozenDictionary<string, Asset> Load()
    {
        var assembly = typeof(PortalAssets).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Root, StringComparison.Ordinal))
            .ToFrozenDictionary(
                name => name[Root.Length..].Replace('\\', '/'),
                name =>
                {
                    using var stream = assembly.GetManifestResourceStream(name)!;
                    var content = new byte[stream.Length];
                    stream.ReadExactly(content);
                    return new Asset(content, TypeOf(name), Convert.ToHexStringLower(SHA256.HashData(content))[..HashLength]);
                },
                StringComparer.Ordinal);
    }

    private static string TypeOf(string name) => System.IO.Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"Assets ending in {other} have no content type."),
    };

    private sealed record Asset(byte[] Content, string Type, string Hash)
    {
        public Lazy<byte[]> Compressed { get; } = new(() => Compress(Content));

        private static byte[] Compress(byte[] content)
        {
            using var compressed = new MemoryStream();
            using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal)) gzip.Write(content);
            return compressed.ToArray();
        }
    }
}
