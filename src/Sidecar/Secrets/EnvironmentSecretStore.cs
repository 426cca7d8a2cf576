using System.Collections;

namespace Gateway.Sidecar.Secrets;

/// <summary>
/// <c>secretstores.local.env</c> (https://docs.dapr.io/reference/components-reference/supported-secret-stores/envvar-secret-store/):
/// a secret is an environment variable, with the metadata <c>prefix</c> put before its name. A missing one is empty.
/// </summary>
internal sealed class EnvironmentSecretStore(string prefix) : ISecretStore
{
    /// <summary>The variables that hold the sidecar's own settings and tokens: they read as empty.</summary>
    public static bool IsReserved(string variable) =>
        variable.StartsWith("DAPR_", StringComparison.OrdinalIgnoreCase) || variable.Equals("APP_API_TOKEN", StringComparison.OrdinalIgnoreCase);

    public IReadOnlyDictionary<string, string> Get(string name)
    {
        string variable = prefix + name;
        string value = IsReserved(variable) ? "" : Environment.GetEnvironmentVariable(variable) ?? "";
        return new Dictionary<string, string> { [name] = value };
    }

    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> GetAll()
    {
        Dictionary<string, IReadOnlyDictionary<string, string>> all = new(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var name = (string)variable.Key;
            if (!name.StartsWith(prefix, StringComparison.Ordinal) || IsReserved(name)) continue;
            string secret = name[prefix.Length..];
            all[secret] = new Dictionary<string, string> { [secret] = (string?)variable.Value ?? "" };
        }

        return all;
    }
}
