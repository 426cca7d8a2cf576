using Microsoft.AspNetCore.Components;

namespace Gateway.Portal.SignIn;

/// <summary>Where to sign in: customers and operators have pages of their own, and neither leads to the other.</summary>
internal static class SignInAddress
{
    /// <summary>The customers' page, and the operators'; below <see cref="OperatorPages"/>.</summary>
    public const string Customers = "/sign-in", Operators = OperatorPages + "/sign-in";

    /// <summary>Below this path everything is for operators.</summary>
    public const string OperatorPages = "/nodes";

    /// <summary>Whether the page at hand is for operators.</summary>
    public static bool IsForOperators(NavigationManager navigation)
    {
        var path = new Uri(navigation.Uri).AbsolutePath;
        return path == OperatorPages || path.StartsWith(OperatorPages + "/", StringComparison.Ordinal);
    }

    /// <summary>The page on which the sign-in for the page at hand is made, which leads back to it.</summary>
    /// <param name="navigation">Knows the page at hand.</param>
    /// <param name="ended">Why, for the sign-in to tell; null: it says nothing.</param>
    public static string Of(NavigationManager navigation, string? ended = null) =>
        (IsForOperators(navigation) ? Operators : Customers)
        + (ended is null ? "?" : $"?ended={ended}&")
        + $"returnUrl={Uri.EscapeDataString("/" + navigation.ToBaseRelativePath(navigation.Uri))}";
}
