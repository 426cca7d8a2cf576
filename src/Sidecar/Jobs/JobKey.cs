using System.Text.RegularExpressions;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.Jobs;

/// <summary>A job of an app.</summary>
internal readonly partial record struct JobKey(string Space, string AppId, string Name)
{
    private const string NoSubdomain =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric "
        + "character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    /// <summary>As Dapr's scheduler calls it.</summary>
    public string FullName => $"app||{Space}||{AppId}||{Name}";

    public static JobKey Of(SidecarOptions options, string name) => new(options.Namespace ?? "default", options.AppId, name);

    /// <summary>Why the scheduler does not take the name, or null.</summary>
    public string? Check()
    {
        string shown = Ignored().Replace(FullName, "");
        return shown.ToLowerInvariant().Split("||").All(Subdomain().IsMatch) ? null : $"job name is invalid {GoEscaping.Quote(shown)}: {NoSubdomain}";
    }

    [GeneratedRegex("[_: -]")]
    private static partial Regex Ignored();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();
}
