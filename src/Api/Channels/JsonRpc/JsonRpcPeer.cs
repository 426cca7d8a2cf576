using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gateway.Api.Json;

namespace Gateway.Api.Channels.JsonRpc;

/// <summary>
/// One end of a JSON-RPC 2.0 connection over text messages: takes the other end's calls, batches too, and calls it. It knows no transport: what it
/// sends goes to <paramref name="send"/>. Messages are taken one after another; calls of ours may be made from any thread.
/// </summary>
/// <param name="methods">What the other end may call.</param>
/// <param name="send">Sends a message in UTF-8, whole and in order; never waits.</param>
/// <param name="time">The clock of the calls' limits.</param>
/// <param name="logger">For what methods throw.</param>
internal sealed class JsonRpcPeer(IJsonRpcMethods methods, Action<ReadOnlyMemory<byte>> send, TimeProvider time, ILogger logger)
{
    /// <summary>Most entries in one batch; a larger one is refused as a whole, with one error.</summary>
    public const int MaxBatch = 50;

    private const int FirstBuffer = 512;
    private const int MaxDepth = 32;

    // Foreign text goes as it is.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonRpcMessage>> calls = new(StringComparer.Ordinal);

    /// <summary>How many calls wait for an answer.</summary>
    public int Waiting => calls.Count;

    /// <summary>Parses a message; undefined: it is no JSON.</summary>
    public static JsonElement? Parse(ReadOnlyMemory<byte> utf8) => StrictJson.Parse(utf8, MaxDepth) ?? default(JsonElement);

    /// <summary>Takes a message: does its calls in their order, and sends the answers when there are any.</summary>
    public async Task TakeAsync(JsonElement message, CancellationToken cancellationToken)
    {
        switch (message.ValueKind)
        {
            case JsonValueKind.Undefined:
                Refuse(JsonRpcError.ParseError);
                break;
            case JsonValueKind.Array when message.GetArrayLength() is 0 or > MaxBatch:
                Refuse(JsonRpcError.InvalidRequest with { Details = $"A batch holds 1 to {MaxBatch} entries." });
                break;
            case JsonValueKind.Array:
                var answers = new List<Answer>();
                foreach (var entry in message.EnumerateArray())
                    if (await TakeEntryAsync(entry, cancellationToken) is { } answer) answers.Add(answer);
                if (answers.Count > 0) Send(writer => WriteBatch(writer, answers));
                break;
            default:
                if (await TakeEntryAsync(message, cancellationToken) is { } single) Send(single.WriteTo);
                break;
        }
    }

    /// <summary>Calls the other end, and waits for its answer.</summary>
    /// <param name="id">The call's id, never used before on this connection.</param>
    /// <param name="method">The method.</param>
    /// <param name="writeParams">Writes the parameters; null: none.</param>
    /// <param name="limit">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The answer; null: there was none in time.</returns>
    public async Task<JsonRpcMessage?> CallAsync(
        string id, string method, Action<Utf8JsonWriter>? writeParams, TimeSpan limit, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<JsonRpcMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!calls.TryAdd(id, answer)) throw new ArgumentException($"The id {id} is in use.", nameof(id));
        try
        {
            Send(writer => WriteCall(writer, id, method, writeParams));
            return await answer.Task.WaitAsync(limit, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            calls.TryRemove(id, out _);
        }
    }

    /// <summary>A notification, as a message.</summary>
    public static ReadOnlyMemory<byte> NotificationOf(string method, Action<Utf8JsonWriter> writeParams) =>
        Write(writer => WriteCall(writer, null, method, writeParams));

    /// <summary>An error that answers no call in particular, as a message.</summary>
    public static ReadOnlyMemory<byte> ErrorOf(JsonRpcError error) => Write(new Answer(default, new JsonRpcOutcome(error, null)).WriteTo);

    private async Task<Answer?> TakeEntryAsync(JsonElement entry, CancellationToken cancellationToken)
    {
        var message = JsonRpcMessage.Read(entry);
        if (message.IsAnswer)
        {
            // One that nobody waits for any more, or that was never asked for, changes nothing.
            if (message.Id.ValueKind == JsonValueKind.String && calls.TryGetValue(message.Id.GetString()!, out var call)) call.TrySetResult(message);
            return null;
        }

        if (message.Method is null) return new Answer(message.Id, message.Error!);
        var outcome = await CallMethodAsync(message, cancellationToken);
        return message.IsNotification ? null : new Answer(message.Id, outcome);
    }

    private async Task<JsonRpcOutcome> CallMethodAsync(JsonRpcMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return await methods.CallAsync(message.Method!, message.Params, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            JsonRpcLog.MethodFailed(logger, e);
            return JsonRpcError.InternalError;
        }
    }

    private void Refuse(JsonRpcError error) => send(ErrorOf(error));

    private void Send(Action<Utf8JsonWriter> write) => send(Write(write));

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>(FirstBuffer);
        using (var writer = new Utf8JsonWriter(bytes, Options)) write(writer);
        return bytes.WrittenMemory;
    }

    private static void WriteBatch(Utf8JsonWriter writer, List<Answer> answers)
    {
        writer.WriteStartArray();
        foreach (var answer in answers) answer.WriteTo(writer);
        writer.WriteEndArray();
    }

    private static void WriteCall(Utf8JsonWriter writer, string? id, string method, Action<Utf8JsonWriter>? writeParams)
    {
        writer.WriteStartObject();
        writer.WriteString("jsonrpc", "2.0");
        writer.WriteString("method", method);
        if (writeParams is not null)
        {
            writer.WritePropertyName("params");
            writeParams(writer);
        }

        if (id is not null) writer.WriteString("id", id);
        writer.WriteEndObject();
    }

    /// <summary>The answer to one call; an id that could not be told is null.</summary>
    private sealed record Answer(JsonElement Id, JsonRpcOutcome Outcome)
    {
        public void WriteTo(Utf8JsonWriter writer)
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc", "2.0");
            if (Outcome.Error is { } error)
            {
                writer.WritePropertyName("error");
                error.WriteTo(writer);
            }
            else
            {
                writer.WritePropertyName("result");
                if (Outcome.WriteResult is { } result) result(writer);
                else writer.WriteNullValue();
            }

            writer.WritePropertyName("id");
            if (Id.ValueKind == JsonValueKind.Undefined) writer.WriteNullValue();
            else Id.WriteTo(writer);
            writer.WriteEndObject();
        }
    }
}
