using System.Globalization;

namespace Gateway.Portal.Fleet;

/// <summary>Which part of the fleet is shown; it lives in the page's address, so that it can be kept and passed on.</summary>
/// <param name="Status"><c>all</c>, <c>online</c> or <c>offline</c>.</param>
/// <param name="Search">A part of an id, name or location; empty: none.</param>
/// <param name="Page">From 1.</param>
internal sealed record FleetQuery(string Status = FleetQuery.All, string Search = "", int Page = 1)
{
    /// <summary>How many devices a page shows.</summary>
    public const int PageSize = 20;

    public const string All = "all", Online = "online", Offline = "offline";

    private const int MaxSearch = 128, MaxPage = 100_000;

    /// <summary>How many devices come before this page.</summary>
    public int Offset => (Page - 1) * PageSize;

    /// <summary>Reads an address's parameters; what makes no sense counts as absent.</summary>
    public static FleetQuery Of(string? status, string? search, int? page) => new(
        status is Online or Offline ? status : All,
        search?.Trim() is { } text ? text[..Math.Min(text.Length, MaxSearch)] : "",
        page is >= 1 and <= MaxPage ? page.Value : 1);

    /// <summary>The address.</summary>
    public string Address()
    {
        var parts = new List<string>();
        if (Status != All) parts.Add($"status={Status}");
        if (Search.Length > 0) parts.Add($"search={Uri.EscapeDataString(Search)}");
        if (Page > 1) parts.Add(string.Create(CultureInfo.InvariantCulture, $"page={Page}"));
        return parts.Count == 0 ? "/" : "/?" + string.Join('&', parts);
    }
}
