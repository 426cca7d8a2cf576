using System.Xml.Linq;
using Gateway.Storage.ProtectionKeys;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Gateway.Api.Portal;

/// <summary>
/// Keeps the keys of the portal's cookies in the relational store, where all replicas find them. Data protection asks at the start, once a day, and
/// when it makes a key, and knows no other way than to wait for the answer.
/// </summary>
internal sealed class StoredKeys(IProtectionKeys keys, TimeProvider time) : IXmlRepository
{
    /// <inheritdoc />
    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. Wait(() => keys.ListAsync(CancellationToken.None)).Select(key => XElement.Parse(key))];

    /// <inheritdoc />
    public void StoreElement(XElement element, string friendlyName) => Wait(async () =>
    {
        await keys.AddAsync(friendlyName, element.ToString(SaveOptions.DisableFormatting), time.GetUtcNow(), CancellationToken.None);
        return true;
    });

    /// <summary>Away from the caller's own context, which must not be waited for.</summary>
    private static T Wait<T>(Func<Task<T>> ask) => Task.Run(ask).GetAwaiter().GetResult();
}
