using System.Reflection;

namespace Gateway.Agent;

internal static class AgentVersion
{
    /// <summary>This build's version without the commit suffix, for example <c>0.1.0</c>.</summary>
    public static string Text { get; } = (typeof(AgentVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0").Split('+')[0];
}
