using Gateway.Api.Channels.Output;
using Gateway.Api.Surfaces.Gateway.Requests;
using Gateway.Api.Surfaces.Gateway.Wire;

namespace Gateway.Api.Surfaces.Gateway.Channels;

/// <summary>A piece of what a running command printed.</summary>
/// <param name="CommandId">The command.</param>
/// <param name="ClaimToken">The claim under which it runs.</param>
/// <param name="Chunk">The how-manieth chunk of this claim, from 0.</param>
/// <param name="Offset">How much was printed before it, in UTF-16 units, lost or not.</param>
/// <param name="Text">What was printed.</param>
internal sealed record OutputRequest(string CommandId, string ClaimToken, int Chunk, long Offset, string Text)
{
    /// <summary>Reads a body.</summary>
    public static OutputRequest Read(FieldReader body)
    {
        var text = body.OptionalOutput("text");
        if (text is null) body.Refuse("text", "is required");
        return new OutputRequest(
            body.Text("commandId", 1, WireLimits.Token),
            body.Text("claimToken", 1, WireLimits.Token),
            (int)body.Integer("chunk", 0, int.MaxValue),
            body.Integer("offset", 0, (long)WireLimits.Number),
            text ?? "");
    }

    /// <summary>As channels take it.</summary>
    public OutputChunk ToChunk(string commandId) => new(commandId, ClaimToken, Chunk, Offset, Text);
}

/// <summary>The chunk was taken.</summary>
/// <param name="Success">True.</param>
/// <param name="Truncated">True: the claim has as much output as is kept, and this was dropped; absent otherwise.</param>
internal sealed record OutputAnswer(bool Success, bool? Truncated)
{
    /// <summary>What came of a chunk.</summary>
    public static OrError<OutputAnswer> Of(OutputOutcome outcome) => outcome switch
    {
        OutputOutcome.Accepted => new OutputAnswer(true, null),
        OutputOutcome.Truncated => new OutputAnswer(true, true),
        _ => GatewayErrors.Result(GatewayErrorCode.Forbidden, "Invalid claim token or visibility expired"),
    };
}
