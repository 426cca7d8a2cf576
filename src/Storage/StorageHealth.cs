using Gateway.Storage.Database;

namespace Gateway.Storage;

/// <summary>Asks the database for the number 1.</summary>
internal sealed class StorageHealth(GatewayDatabase database, TimeProvider time) : IStorageHealth
{
    private static readonly Statement Question = new("select 1");

    public async Task<bool> IsHealthyAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(IStorageHealth.Limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // A silent server also takes its time to cancel, so the answer does not wait for that.
            await database.QueryAsync(Question, row => row.GetInt32(0), linked.Token).WaitAsync(linked.Token);
            return true;
        }
        catch (StorageUnavailableException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
