using System.Text.Json;
using System.Xml.Linq;
using Gateway.Actors.Hosting;
using Gateway.Api.Auth;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Gateway.Api.Backup;

/// <summary>
/// What a backup has only when it is asked for: Development's secrets, so that customers' tokens stay good, and the keys of the portal's
/// cookies, so that everybody stays signed in. A deployment's real secrets are in its secret store and never here.
/// </summary>
/// <param name="development">The data folder's secrets; null: this is not Development.</param>
/// <param name="portalKeys">Where the portal's keys are.</param>
internal sealed class BackupSecrets(Func<DevelopmentSecrets>? development, IXmlRepository portalKeys)
{
    /// <summary>Writes them.</summary>
    public async Task WriteAsync(BackupWriter writer, CancellationToken cancellationToken)
    {
        if (development is not null)
        {
            foreach (var (name, value) in development().ReadAll())
                await writer.WriteAsync(BackupFormat.Secret, new SecretRecord(name, value), BackupJson.Default.SecretRecord, cancellationToken);
        }

        foreach (var key in portalKeys.GetAllElements())
        {
            var record = new SecretRecord(NameOf(key), key.ToString(SaveOptions.DisableFormatting));
            await writer.WriteAsync(BackupFormat.PortalKey, record, BackupJson.Default.SecretRecord, cancellationToken);
        }
    }

    /// <summary>Takes over those of a backup.</summary>
    /// <exception cref="GatewayStartException">There is another secret of the same name.</exception>
    public async Task ReadAsync(IAsyncEnumerable<BackupRecord> records, BackupProgress progress)
    {
        IReadOnlyCollection<XElement>? known = null;
        var left = 0;
        await foreach (var record in records)
        {
            var secret = record.Value.Deserialize(BackupJson.Default.SecretRecord)!;
            if (record.Kind == BackupFormat.PortalKey)
            {
                var key = XElement.Parse(secret.Value);
                known ??= portalKeys.GetAllElements();
                if (!known.Any(other => XNode.DeepEquals(other, key))) portalKeys.StoreElement(key, secret.Name);
            }
            else if (development is null)
            {
                left++;
            }
            else
            {
                var secrets = development();
                if (secrets.GetOrAdd(secret.Name, () => secret.Value) != secret.Value)
                    throw new GatewayStartException($"{secrets.Path} has another {secret.Name} than the backup. Move that file away, and run the import again.");
            }
        }

        if (left > 0) progress.Say($"{left} secrets of Development stayed out: this deployment is none.");
    }

    private static string NameOf(XElement key) => (string?)key.Attribute("id") is { } id ? $"{key.Name.LocalName}-{id}" : key.Name.LocalName;
}
