namespace Gateway.Portal.Emergencies;

/// <summary>The form of an emergency action: what is asked before anything is taken back.</summary>
/// <param name="target"><see cref="AllNodes"/>, a node's or a device's id.</param>
internal sealed class EmergencyForm(string target)
{
    /// <summary>All nodes and the devices behind them.</summary>
    public const string AllNodes = "orchestrator";

    private const int MaxReason = 500, MaxApprover = 100;

    /// <summary>What is reset.</summary>
    public string Target => target;

    /// <summary>Whether the whole service is, which asks for an approver and a code.</summary>
    public bool IsService { get; set; }

    /// <summary>Why.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Who agreed to it.</summary>
    public string Approver { get; set; } = "";

    /// <summary>What was typed to confirm: the target, or the code that was issued.</summary>
    public string Typed { get; set; } = "";

    /// <summary>The code that was issued; null: none yet.</summary>
    public string? Code { get; set; }

    /// <summary>What is wrong, by field name.</summary>
    public IReadOnlyDictionary<string, string> Errors { get; private set; } = new Dictionary<string, string>();

    /// <summary>Whether it may be sent; otherwise <see cref="Errors"/> tells why not.</summary>
    public bool Check()
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Reason.Trim().Length is 0 or > MaxReason) errors["reason"] = "Say why, in at most 500 characters.";
        if (IsService && Approver.Trim().Length is 0 or > MaxApprover) errors["approver"] = "Say who has agreed, in at most 100 characters.";
        if (IsService && Code is null) errors["typed"] = "Get a confirm code first.";
        else if (!Typed.Trim().Equals(IsService ? Code : target, IsService ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal))
            errors["typed"] = $"Type {(IsService ? Code : target)} exactly.";
        Errors = errors;
        return errors.Count == 0;
    }
}
