using System.Text.Json;

namespace Dapr.Client;

/// <summary>Secrets, bindings, health and metadata.</summary>
internal sealed partial class HttpDaprClient
{
    private const string MetadataHeaderPrefix = "metadata.";

    /// <summary>Dapr's own documents, which the application's options do not concern.</summary>
    private static readonly JsonSerializerOptions Wire = JsonSerializerOptions.Web;

    public override async Task<Dictionary<string, string>> GetSecretAsync(
        string storeName,
        string key,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        RequireNames(storeName, key);
        var path = $"/v1.0/secrets/{SidecarPath.Segment(storeName)}/{SidecarPath.Segment(key)}{Query(metadata)}";
        using var response = await SendAsync("Secret", HttpMethod.Get, path, null, cancellationToken);
        return await ReadAsync<Dictionary<string, string>>("Secret", response, Wire, cancellationToken) ?? [];
    }

    public override async Task<Dictionary<string, Dictionary<string, string>>> GetBulkSecretAsync(
        string storeName, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(storeName);
        var path = $"/v1.0/secrets/{SidecarPath.Segment(storeName)}/bulk{Query(metadata)}";
        using var response = await SendAsync("Secret", HttpMethod.Get, path, null, cancellationToken);
        return await ReadAsync<Dictionary<string, Dictionary<string, string>>>("Secret", response, Wire, cancellationToken) ?? [];
    }

    public override async Task InvokeBindingAsync<TRequest>(
        string bindingName,
        string operation,
        TRequest data,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        using var response = await BindAsync(bindingName, operation, Bytes(data), metadata, cancellationToken);
    }

    public override async Task<TResponse> InvokeBindingAsync<TRequest, TResponse>(
        string bindingName,
        string operation,
        TRequest data,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        using var response = await BindAsync(bindingName, operation, Bytes(data), metadata, cancellationToken);
        return await ReadAsync<TResponse>("Binding", response, json, cancellationToken);
    }

    public override async Task<BindingResponse> InvokeBindingAsync(
        BindingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var response =
            await BindAsync(request.BindingName, request.Operation, request.Data, request.Metadata, cancellationToken);
        var metadata = response.Headers.NonValidated
            .Where(header => header.Key.StartsWith(MetadataHeaderPrefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => header.Key[MetadataHeaderPrefix.Length..], header => header.Value.ToString());
        return new BindingResponse(request, await response.Content.ReadAsByteArrayAsync(cancellationToken), metadata);
    }

    public override Task<bool> CheckHealthAsync(CancellationToken cancellationToken = default) =>
        IsHealthyAsync("/v1.0/healthz", cancellationToken);

    public override Task<bool> CheckOutboundHealthAsync(CancellationToken cancellationToken = default) =>
        IsHealthyAsync("/v1.0/healthz/outbound", cancellationToken);

    public override async Task WaitForSidecarAsync(CancellationToken cancellationToken = default)
    {
        while (!await CheckOutboundHealthAsync(cancellationToken))
            await Task.Delay(SidecarPoll, time, cancellationToken);
    }

    public override async Task<DaprMetadata> GetMetadataAsync(CancellationToken cancellationToken = default)
    {
        const string operation = "Get metadata";
        using var response = await SendAsync(operation, HttpMethod.Get, "/v1.0/metadata", null, cancellationToken);
        var answer = await ReadAsync<MetadataAnswer>(operation, response, Wire, cancellationToken);
        return new DaprMetadata(
            answer?.Id ?? string.Empty,
            answer?.ActorRuntime?.ActiveActors ?? [],
            answer?.Extended ?? [],
            answer?.Components ?? []);
    }

    private byte[] Bytes<TRequest>(TRequest data) => JsonSerializer.SerializeToUtf8Bytes(data, json);

    private Task<HttpResponseMessage> BindAsync(
        string name,
        string operation,
        ReadOnlyMemory<byte> data,
        IReadOnlyDictionary<string, string>? metadata,
        CancellationToken cancellationToken)
    {
        RequireNames(name, operation);
        using var body = new JsonBody(json);
        var writer = body.Writer;
        writer.WriteStartObject();
        writer.WriteString("operation", operation);
        if (!data.IsEmpty) WriteRawJson(writer, "data", data);
        WriteMetadata(writer, metadata);
        writer.WriteEndObject();
        return SendAsync("Binding", HttpMethod.Post, $"/v1.0/bindings/{SidecarPath.Segment(name)}", body.ToContent(), cancellationToken);
    }

    private async Task<bool> IsHealthyAsync(string path, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, path, null);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private sealed record MetadataAnswer(
        string? Id,
        ActorRuntimeAnswer? ActorRuntime,
        Dictionary<string, string>? Extended,
        List<DaprComponentsMetadata>? Components);

    private sealed record ActorRuntimeAnswer(List<DaprActorMetadata>? ActiveActors);
}
