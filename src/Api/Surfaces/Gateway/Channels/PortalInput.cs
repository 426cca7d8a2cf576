using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Gateway.Api.Surfaces.Gateway.Channels;

/// <summary>
/// Counts the messages of a SignalR client as they come in: a hub learns neither of a method that does not exist nor of arguments that do not fit.
/// More than allowed end the connection, and nothing more is taken. Pings are not counted, as those of raw sockets are not. One caller at a time.
/// </summary>
/// <param name="input">What comes in: messages, each with a separator behind it.</param>
/// <param name="items">The connection's items, where the hub puts the customer's connection after the handshake.</param>
internal sealed class PortalInput(PipeReader input, IDictionary<object, object?> items) : PipeReader
{
    private const byte Separator = 0x1e;

    private ReadOnlySequence<byte> given;

    /// <summary>How much of what is given has been counted, in bytes.</summary>
    private long counted;

    private bool isOver;

    /// <summary>Stands before a connection's own reader.</summary>
    public static ConnectionDelegate Guard(ConnectionDelegate next) => context =>
    {
        var transport = context.Transport;
        context.Transport = new Guarded(new PortalInput(transport.Input, context.Items), transport.Output);
        return next(context);
    };

    /// <inheritdoc />
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var read = Take(await input.ReadAsync(cancellationToken));
            if (!isOver || read.IsCanceled || read.IsCompleted) return read;
        }
    }

    /// <inheritdoc />
    public override bool TryRead(out ReadResult result)
    {
        if (!input.TryRead(out result)) return false;
        result = Take(result);
        return true;
    }

    /// <inheritdoc />
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc />
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (isOver) return;
        counted = Math.Max(0, counted - given.Slice(0, consumed).Length);
        input.AdvanceTo(consumed, examined);
    }

    /// <inheritdoc />
    public override void CancelPendingRead() => input.CancelPendingRead();

    /// <inheritdoc />
    public override void Complete(Exception? exception = null) => input.Complete(exception);

    private ReadResult Take(ReadResult read)
    {
        given = read.Buffer;
        if (!isOver && PortalHub.Find(items) is { } connection) isOver = !TryCount(connection);
        if (!isOver) return read;
        input.AdvanceTo(given.End);
        return new ReadResult(default, read.IsCanceled, read.IsCompleted);
    }

    private bool TryCount(PortalConnection connection)
    {
        var reader = new SequenceReader<byte>(given);
        reader.Advance(counted);
        while (reader.TryReadTo(out ReadOnlySequence<byte> message, Separator))
            if (!IsPing(message) && !connection.TryReceive()) return false;
        counted = reader.Consumed;
        return true;
    }

    private static bool IsPing(in ReadOnlySequence<byte> message)
    {
        var ping = """{"type":6}"""u8;
        return message.Length == ping.Length && message.ToArray().AsSpan().SequenceEqual(ping);
    }

    private sealed record Guarded(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
