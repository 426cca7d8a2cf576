using System.CommandLine.Parsing;
using System.Globalization;

namespace Gateway.Sidecar.Hosting;

/// <summary>One app process of several: the value of <c>--app</c>, <c>id:app-port:http-port</c>.</summary>
internal sealed record AppFlag(string AppId, int AppPort, int HttpPort)
{
    public static AppFlag[] Parse(ArgumentResult argument)
    {
        List<AppFlag> apps = [];
        foreach (Token token in argument.Tokens)
        {
            string[] parts = token.Value.Split(':');
            if (parts is [{ Length: > 0 } id, _, _] && Port(parts[1]) is > 0 and var app && Port(parts[2]) is { } http) apps.Add(new AppFlag(id, app, http));
            else argument.AddError($"--app '{token.Value}' is not id:app-port:http-port");
        }

        return [.. apps];
    }

    private static int? Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= 65535 ? port : null;
}
