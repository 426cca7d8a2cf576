using System.Text.RegularExpressions;

namespace Gateway.Sidecar.Conversation;

/// <summary>
/// Takes what may tell who a person is out of a text (the API's <c>scrubPii</c>): each kind of thing that daprd's scrubber knows becomes the
/// same placeholder. The patterns are this sidecar's own; in doubt they find too much. Links stay as they are, as in daprd.
/// </summary>
internal static partial class PersonalData
{
    // In this order: what comes first is no part of what comes later.
    private static readonly (string Placeholder, string Pattern)[] Kinds =
    [
        ("", @"https?://[^\s<>()]+"),
        ("EMAIL_ADDRESS", @"[\w.!#$%&'*+/=?^{|}~-]+@(?:[a-z0-9-]+\.)+[a-z0-9-]*[a-z0-9]"),
        ("MAC_ADDRESS", @"\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b"),
        ("IP", @"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\b|\b(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6}\b"),
        ("US_SSN", @"\d{3}-\d{2}-\d{4}\b"),
        ("IBAN", @"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"),
        ("CREDIT_CARD", @"\b(?:\d{4}[ -]?){3}\d{4}\b|\b\d{15,16}\b"),
        ("ISBN", @"\b97[89]-?(?:\d-?){9}\d\b|\b(?:\d-?){9}X\b"),
        ("PO_BOX", @"\bP\.? ?O\.? Box \d+"),
        ("STREET_ADDRESS", @"\b\d{1,5} [\w ]{1,20}(?:street|st|avenue|ave|road|rd|highway|square|drive|court|park|boulevard|blvd|lane)\b\.?"),
        ("PHONE_NUMBER", @"\+?\(?\+?\d{1,4}\)?(?:[ .-]?\(?\d{2,4}\)?){3,5}\b"),
        ("ZIP_CODE", @"\b\d{5}(?:-\d{4})?\b"),
    ];

    // Not backtracking: the texts are anybody's.
    private static readonly Regex Any = new(
        string.Join('|', Kinds.Select((kind, index) => $"(?<kind{index}>{kind.Pattern})")),
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    public static string Remove(string text) => Any.Replace(text, match =>
    {
        for (int i = 0; i < Kinds.Length; i++)
        {
            if (match.Groups["kind" + i].Success) return Kinds[i].Placeholder.Length == 0 ? match.Value : $"<{Kinds[i].Placeholder}>";
        }

        return match.Value;
    });
}
