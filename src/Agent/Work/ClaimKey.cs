using System.Security.Cryptography;
using System.Text;

namespace Gateway.Agent.Work;

/// <summary>One claim of one command. The same command claimed again has another token, and so another key.</summary>
internal readonly record struct ClaimKey(string CommandId, string ClaimToken)
{
    /// <summary>A name for the claim's files: both parts come from a server and could hold anything.</summary>
    public string FileName =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{CommandId.Length}:{CommandId}{ClaimToken}")))[..40] + ".json";

    // The generated text would show the token.
    public override string ToString() => CommandId;
}
