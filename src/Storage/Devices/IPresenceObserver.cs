namespace Gateway.Storage.Devices;

/// <summary>Is told of the changes of status that <see cref="HeartbeatBatcher"/> has written; register any number of them.</summary>
public interface IPresenceObserver
{
    /// <summary>Called after the changes are stored, one call at a time. An exception is logged and changes nothing.</summary>
    ValueTask OnChangedAsync(IReadOnlyList<PresenceChange> changes, CancellationToken cancellationToken);
}
