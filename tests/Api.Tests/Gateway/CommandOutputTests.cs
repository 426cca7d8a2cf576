using System.Net;
using System.Text.Json;
using Gateway.Api.Channels.Output;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Queue.Notices;
using Gateway.Storage.Output;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Api.Tests.Gateway;

/// <summary>What commands print while they run: delivered by a device, read by its customer.</summary>
public sealed class CommandOutputTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    private const string Unknown = "cmd_01ARZ3NDEKTSV4RRFFQ69G5FAV";

    [Fact]
    public async Task Output_InPieces_IsReadAtOnceAndCompleteAfterTheEnd()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var work = await StartAsync(own);
        Assert.Equal("""{"success":true}""", (await work.SendAsync(0, 0, "one\n")).Is(HttpStatusCode.OK).Body);
        await work.SendAsync(1, 4, "tw\0o 🍳\n");

        var read = (await work.ReadAsync()).Is(HttpStatusCode.OK);
        Assert.Equal(1, read.Number("attempt"));
        Assert.Equal(0, read.Number("from"));
        Assert.Equal(12, read.Number("next"));
        Assert.Equal("one\ntw\uFFFDo 🍳\n", Text(read));
        Assert.Equal(4, read.Number("chunks.1.offset"));
        Assert.Equal(0, read.Count("gaps"));
        Assert.False(Flag(read, "truncated") || Flag(read, "complete"));

        await work.FinishAsync();
        (await work.SendAsync(2, 12, "late")).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
        Assert.False(Flag(await work.ReadAsync("?offset=12"), "complete"));
        own.Time.Advance(TimeSpan.FromSeconds(3));
        var rest = await work.ReadAsync("?offset=12");
        Assert.True(Flag(rest, "complete"));
        Assert.Equal((12, 12, 0), (rest.Number("from"), rest.Number("next"), rest.Count("chunks")));
    }

    [Fact]
    public async Task Output_WithLostPieces_MarksTheGaps()
    {
        var work = await StartAsync(host);
        await work.SendAsync(1, 3, "b");
        await work.SendAsync(5, 10, "c");

        var read = await work.ReadAsync();
        Assert.Equal("""[{"from":0,"to":3},{"from":4,"to":10}]""", read.Find("gaps")!.Value.GetRawText());
        Assert.Equal("bc", Text(read));
    }

    [Fact]
    public async Task Output_SentAgain_IsKeptOnce()
    {
        var work = await StartAsync(host);
        await work.SendAsync(0, 0, "a");
        (await work.SendAsync(0, 0, "a")).Is(HttpStatusCode.OK);
        await work.SendAsync(1, 0, "ab");

        Assert.Equal("ab", Text(await work.ReadAsync()));
    }

    [Fact]
    public async Task Output_MoreThanIsKept_IsTruncated()
    {
        var work = await StartAsync(host);
        var piece = new string('x', 400_000);
        for (var i = 0; i < 2; i++) Assert.Null((await work.SendAsync(i, i * 400_000L, piece)).Is(HttpStatusCode.OK).Find("truncated"));
        Assert.True(Flag(await work.SendAsync(2, 800_000, piece), "truncated"));
        Assert.True(Flag((await work.SendAsync(3, 1_200_000, "more")).Is(HttpStatusCode.OK), "truncated"));

        var length = 0;
        for (var page = await work.ReadAsync("?limit=262144"); ; page = await work.ReadAsync($"?limit=262144&offset={length}"))
        {
            Assert.True(Flag(page, "truncated"));
            Assert.Equal(0, page.Count("gaps"));
            if (Text(page).Length == 0) break;
            length += Text(page).Length;
            Assert.Equal(length, page.Number("next"));
        }

        Assert.Equal(OutputLimits.Kept, length);
    }

    [Fact]
    public async Task Output_OfSeveralAttempts_IsReadAttemptByAttempt()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var first = await StartAsync(own, visibility: 1_000);
        await first.SendAsync(0, 0, "first");
        own.Time.Advance(TimeSpan.FromSeconds(1));
        (await first.SendAsync(1, 5, "late")).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
        var second = await first.ClaimAgainAsync();
        (await first.SendAsync(1, 5, "late")).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
        await second.SendAsync(0, 0, "second");
        own.Time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal("second", Text(await second.ReadAsync()));
        Assert.False(Flag(await second.ReadAsync(), "complete"));
        var earlier = await second.ReadAsync("?attempt=1");
        Assert.Equal("first", Text(earlier));
        Assert.True(Flag(earlier, "complete"));
        (await second.ReadAsync("?attempt=3")).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task Output_ResumedOnAnotherReplica_GoesOnWhereItWas()
    {
        var work = await StartAsync(host);
        await work.SendAsync(0, 0, "one ");
        await host.Services.GetRequiredService<OutputBatcher>().FlushAsync(TestContext.Current.CancellationToken);
        using var batcher = ActivatorUtilities.CreateInstance<OutputBatcher>(host.Services);
        var other = new OutputSink(
            host.Queue, host.Services.GetRequiredService<ICommandOutput>(), batcher, host.Services.GetRequiredService<LiveOutput>(), host.Time);

        Assert.Equal(OutputOutcome.Accepted, await other.AcceptAsync(work.Device.Id, work.Chunk(0, 0, "one "), TestContext.Current.CancellationToken));
        Assert.Equal(OutputOutcome.Accepted, await other.AcceptAsync(work.Device.Id, work.Chunk(1, 4, "two "), TestContext.Current.CancellationToken));
        await batcher.FlushAsync(TestContext.Current.CancellationToken);
        await work.SendAsync(2, 8, "three");

        var read = await work.ReadAsync();
        Assert.Equal("one two three", Text(read));
        Assert.Equal(0, read.Count("gaps"));
    }

    [Fact]
    public async Task Output_OfAWatchedDevice_IsToldToTheReplicasThatWatch()
    {
        var work = await StartAsync(host);
        await host.Queue.ExecuteAsync(work.Device.Id, new Watch(new ReplicaBoot("replica-2", 7)), TestContext.Current.CancellationToken);
        await work.SendAsync(0, 0, "a");
        var large = new string('b', LiveOutput.MaxText - 1) + "🍳b";
        await work.SendAsync(2, 5, large);

        var told = host.Notices.Told.Where(told => told.Notice.DeviceId == work.Device.Id).ToArray();
        Assert.All(told, notice => Assert.Equal(("replica-2", ReplicaNoticeKind.Live, "output"), (notice.Replica, notice.Notice.Kind, notice.Notice.Live)));
        LiveOutputChunk[] chunks = [.. told.Select(notice => notice.Notice.Data!.Value.Deserialize(LiveOutputJson.Default.LiveOutputChunk)!)];
        Assert.Equal(work.CommandId["cmd_".Length..], chunks[0].CommandId);
        Assert.Equal("a" + large, string.Concat(chunks.Select(chunk => chunk.Text)));
        Assert.Equal([0, 5, 5 + LiveOutput.MaxText - 1], chunks.Select(chunk => chunk.Offset));
        Assert.Equal([null, new OutputGap(1, 5), null], chunks.Select(chunk => chunk.Gap));
    }

    [Fact]
    public async Task Output_WithAnotherToken_Answers403()
    {
        var work = await StartAsync(host);
        (await (work with { Token = "x" }).SendAsync(0, 0, "a")).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await (work with { CommandId = Unknown }).SendAsync(0, 0, "a")).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await (work with { Device = await host.NewDeviceAsync(work.Customer) }).SendAsync(0, 0, "a")).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await (work with { CommandId = "7" }).SendAsync(0, 0, "a")).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Theory]
    [InlineData("""{"chunk":0,"offset":0,"text":"a"}""", "claimToken")]
    [InlineData("""{"claimToken":"t","chunk":-1,"offset":0,"text":"a"}""", "chunk")]
    [InlineData("""{"claimToken":"t","chunk":0.5,"offset":0,"text":"a"}""", "chunk")]
    [InlineData("""{"claimToken":"t","chunk":0,"offset":-1,"text":"a"}""", "offset")]
    [InlineData("""{"claimToken":"t","chunk":0,"offset":9007199254740993,"text":"a"}""", "offset")]
    [InlineData("""{"claimToken":"t","chunk":0,"offset":0}""", "text")]
    [InlineData("""{"claimToken":"t","chunk":0,"offset":0,"text":7}""", "text")]
    public async Task Output_BadField_Answers400(string body, string field)
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        (await device.PostRawAsync($"/api/v1/device/commands/{Unknown}/output", body)).IsInvalid(field);
    }

    [Theory]
    [InlineData("attempt=0", "attempt")]
    [InlineData("offset=-1", "offset")]
    [InlineData("limit=1023", "limit")]
    [InlineData("limit=262145", "limit")]
    [InlineData("offset=1&offset=2", "offset")]
    public async Task Read_BadQuery_Answers400(string query, string field) =>
        (await (await StartAsync(host)).ReadAsync("?" + query)).IsInvalid(field);

    [Fact]
    public async Task Read_CommandThatNeverRan_IsEmpty()
    {
        var work = await StartAsync(host);
        var waiting = (await work.Customer.PostAsync($"/api/v1/customer/sessions/{work.Session}/commands", new { type = "ping" })).Text("command.id");
        var read = (await (work with { CommandId = waiting }).ReadAsync()).Is(HttpStatusCode.OK);
        Assert.Equal((0, 0, 0), (read.Number("attempt"), read.Number("next"), read.Count("chunks")));
        Assert.False(Flag(read, "complete"));
    }

    [Fact]
    public async Task Read_WhatIsNotTheCustomers_IsRefused()
    {
        var work = await StartAsync(host);
        (await (work with { CommandId = Unknown }).ReadAsync()).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
        (await (work with { CommandId = "7" }).ReadAsync()).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
        (await (work with { Session = "sess_01ARZ3NDEKTSV4RRFFQ69G5FAV" }).ReadAsync()).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
        (await (work with { Customer = host.NewCustomer() }).ReadAsync()).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
        var elsewhere = await StartAsync(host);
        (await (work with { CommandId = elsewhere.CommandId }).ReadAsync()).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    private static string Text(Reply read) =>
        string.Concat(read.Find("chunks")!.Value.EnumerateArray().Select(chunk => chunk.GetProperty("text").GetString()));

    private static bool Flag(Reply read, string name) => read.Find(name)!.Value.GetBoolean();

    /// <summary>A command that a device has claimed.</summary>
    private static async Task<Work> StartAsync(GatewayHost on, int visibility = 300_000)
    {
        var customer = on.NewCustomer();
        var device = await on.NewDeviceAsync(customer);
        var session = await GatewayHost.OpenSessionAsync(customer, device);
        (await customer.PostAsync($"/api/v1/customer/sessions/{session}/commands", new { type = "ping" })).Is(HttpStatusCode.Created);
        return await new Work(customer, device, session, "", "").ClaimAgainAsync(visibility);
    }

    private sealed record Work(Caller Customer, Caller Device, string Session, string CommandId, string Token)
    {
        public async Task<Work> ClaimAgainAsync(int visibility = 300_000)
        {
            var claimed = await Device.PostAsync("/api/v1/device/commands/claim", new { visibilityTimeout = visibility });
            return this with { CommandId = claimed.Text("commands.0.id"), Token = claimed.Text("commands.0.claimToken") };
        }

        public OutputChunk Chunk(int chunk, long offset, string text) => new(CommandId["cmd_".Length..], Token, chunk, offset, text);

        public Task<Reply> SendAsync(int chunk, long offset, string text) =>
            Device.PostAsync($"/api/v1/device/commands/{CommandId}/output", new { claimToken = Token, chunk, offset, text });

        public Task<Reply> ReadAsync(string query = "") =>
            Customer.GetAsync($"/api/v1/customer/sessions/{Session}/commands/{CommandId}/output{query}");

        public async Task FinishAsync() => (await Device.PostAsync(
            $"/api/v1/device/commands/{CommandId}/result",
            new { claimToken = Token, status = "success", executedAt = "2026-01-01T00:00:00Z", duration = 1 })).Is(HttpStatusCode.OK);
    }
}
