using Gateway.Agent.Tests.Scripted;
using Gateway.Agent.Transport;
using Gateway.Agent.Work;

namespace Gateway.Agent.Tests.Work;

public sealed class OutboxTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A sender that was faster than the disk deleted the file before it was there, and the word stayed for the next start.</summary>
    [Fact]
    public async Task Put_WhatIsShownIsOnDiskAlready_AndGoneWhenItIsRemoved()
    {
        var outbox = new Outbox(folder["outbox"], new WorkStatus(), new RecordedLog());
        outbox.Open();
        for (int i = 0; i < 20; i++)
        {
            var entry = new OutboxEntry($"cmd-{i}", Release: new ReleaseRequest("token"));
            Task sending = Task.Run(() =>
            {
                while (!outbox.Contains(entry.Key)) Thread.Yield();
                Assert.Single(Directory.GetFiles(folder["outbox"], "*.json"));
                outbox.Remove(entry.Key);
            });
            outbox.Put(entry);
            await sending;
            Assert.Empty(Directory.GetFiles(folder["outbox"]));
        }
    }
}
