namespace Gateway.Portal.SignIn;

/// <summary>Where to go after signing in: a path of this site, whatever a link says.</summary>
internal static class ReturnAddress
{
    /// <summary>The address, or the fleet when it would lead elsewhere.</summary>
    public static string Of(string? address) =>
        address is ['/', ..] && !address.StartsWith("//", StringComparison.Ordinal) && !address.Contains('\\', StringComparison.Ordinal)
            && !address.Any(char.IsControl) && !address.StartsWith("/sign-", StringComparison.Ordinal)
            ? address
            : "/";
}
