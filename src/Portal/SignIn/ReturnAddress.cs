namespace Gateway.Portal.SignIn;

/// <summary>Where to go after signing in: a path of this site, whatever a link says.</summary>
internal static class ReturnAddress
{
    /// <summary>The address, or another when it would lead elsewhere.</summary>
    /// <param name="address">What a link says.</param>
    /// <param name="otherwise">The other; the fleet unless told.</param>
    public static string Of(string? address, string otherwise = "/") =>
        address is ['/', ..] && !address.StartsWith("//", StringComparison.Ordinal) && !address.Contains('\\', StringComparison.Ordinal)
            && !address.Any(char.IsControl) && !address.StartsWith("/sign-", StringComparison.Ordinal) && !address.StartsWith(SignInAddress.Operators, StringComparison.Ordinal)
            ? address
            : otherwise;
}
