using System.Net.Sockets;

namespace Gateway.Sidecar.Hosting;

/// <summary>
/// Notices at once that an app's process is gone, or stops to listen: it holds a connection on which nothing is said, and which the
/// system closes with the process. In real time, as sockets are, whatever the clock of the sidecar is.
/// </summary>
/// <remarks>
/// The connection is renewed before a server would take it for idle. One that the app closes counts as gone even where a new one is
/// taken: that may be another process already, which knows nothing of what the first one did.
/// </remarks>
internal static class AppWatch
{
    /// <summary>Kestrel closes an idle connection after 130 s, Node.js one without a request after 60 s.</summary>
    private static readonly TimeSpan RenewAfter = TimeSpan.FromSeconds(20);

    /// <summary>Returns when the app is gone.</summary>
    public static async Task WaitUntilGoneAsync(AppChannel app, CancellationToken cancellationToken)
    {
        Socket? connection = await app.TryConnectAsync(cancellationToken);
        try
        {
            while (connection is not null && !await ClosesAsync(connection, cancellationToken))
            {
                Socket old = connection;
                connection = await app.TryConnectAsync(cancellationToken);
                old.Dispose();
            }
        }
        finally
        {
            connection?.Dispose();
        }
    }

    /// <summary>Whether the app closes the connection before it is time for a new one.</summary>
    private static async Task<bool> ClosesAsync(Socket connection, CancellationToken cancellationToken)
    {
        using var renewal = new CancellationTokenSource(RenewAfter, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(renewal.Token, cancellationToken);
        try
        {
            byte[] nothing = new byte[64];
            while (await connection.ReceiveAsync(nothing, either.Token) > 0)
            {
                // A server that speaks first is there.
            }

            return true;
        }
        catch (SocketException)
        {
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
