namespace Gateway.Api.Channels.Output;

/// <summary>Takes what running commands print. Thread-safe.</summary>
internal interface IOutputSink
{
    /// <summary>Takes one chunk of a device's command: shows it to who watches the device, and has it kept.</summary>
    /// <exception cref="Gateway.Queue.QueueUnavailableException">The chunk cannot be taken now, and may be sent again.</exception>
    /// <exception cref="Gateway.Storage.StorageUnavailableException">The same.</exception>
    ValueTask<OutputOutcome> AcceptAsync(string deviceId, OutputChunk chunk, CancellationToken cancellationToken);
}

/// <summary>A piece of what a running command printed.</summary>
/// <param name="CommandId">The command, as the queue knows it.</param>
/// <param name="ClaimToken">The claim under which it runs.</param>
/// <param name="Chunk">The how-manieth chunk of this claim, from 0.</param>
/// <param name="Offset">How much was printed before it, in UTF-16 units, lost or not.</param>
/// <param name="Text">What was printed.</param>
internal sealed record OutputChunk(string CommandId, string ClaimToken, int Chunk, long Offset, string Text);

/// <summary>What became of a chunk.</summary>
internal enum OutputOutcome
{
    /// <summary>It was taken, or had been before.</summary>
    Accepted,

    /// <summary>The claim has as much output as is kept; more of it is dropped.</summary>
    Truncated,

    /// <summary>The token does not hold a claim on this command, or not any more.</summary>
    StaleClaim,
}
