using Gateway.Api.Surfaces.Gateway.Sessions;
using Gateway.Core.History;
using Gateway.Storage.History;

namespace Gateway.Api.Tests.Gateway;

public sealed class KnownSessionsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Find_AskedAgain_AsksTheStoreOnlyForWhatItDoesNotKnow()
    {
        var store = new FakeStore();
        using var sessions = new KnownSessions(store);

        Assert.Null(await sessions.FindAsync("sess_1", Token));
        store.Has = true;
        var expected = new KnownSession("sess_1", "pi-1", "alice", "diagnostic", 2);
        Assert.Equal(expected, await sessions.FindAsync("sess_1", Token));
        Assert.Equal(expected, await sessions.FindAsync("sess_1", Token));

        Assert.Equal(2, store.Asked);
    }

    private sealed class FakeStore : ISessionStore
    {
        public bool Has { get; set; }

        public int Asked { get; private set; }

        public Task<SessionRecord?> FindSessionAsync(string sessionId, CancellationToken cancellationToken)
        {
            Asked++;
            return Task.FromResult(!Has ? null : new SessionRecord
            {
                Id = sessionId,
                DeviceId = "pi-1",
                CustomerId = "alice",
                Type = "diagnostic",
                Status = "active",
                CreatedAt = 1,
                ExpiresAt = 2,
                LastSeq = 1,
            });
        }

        public Task<IReadOnlyList<SessionRecord>> ListSessionsAsync(
            string deviceId, string customerId, string? beforeSessionId, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<CommandRecord>> ListCommandsAsync(
            string sessionId, string? afterCommandId, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<CommandRecord>> ListNewestCommandsAsync(
            string sessionId, string? beforeCommandId, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
