using Gateway.Storage.Output;
using Gateway.Storage.Tests.Kit;

namespace Gateway.Storage.Tests.Output;

public abstract class CommandOutputTests(ITestDatabases databases) : StorageTests(databases)
{
    private const int Much = 100_000;

    private static readonly string Command = Samples.CommandId(1);

    [Fact]
    public async Task Read_WholeOutput_IsItsTextsInOrder()
    {
        await WriteAsync(Chunk(1, 2, "cd"), Chunk(0, 0, "ab"), Chunk(2, 4, "ü🍳"));

        var page = await ReadAsync();

        Assert.Equal([new OutputPiece(0, "ab"), new OutputPiece(2, "cd"), new OutputPiece(4, "ü🍳")], page.Texts);
        Assert.Empty(page.Gaps);
        Assert.Equal(7, page.Next);
        Assert.False(page.HasMore || page.IsTruncated);
        Assert.Equal(new OutputEnd(2, 7), await Store.Output.FindEndAsync("pi-1", Command, 1, Token));
    }

    [Fact]
    public async Task Read_OtherAttemptsCommandsAndDevices_AreNotMixedIn()
    {
        await WriteAsync(
            Chunk(0, 0, "mine"), Chunk(0, 0, "again") with { Attempt = 2 }, Chunk(0, 0, "other") with { CommandId = Samples.CommandId(2) },
            Chunk(0, 0, "their") with { DeviceId = "pi-2" });

        Assert.Equal([new OutputPiece(0, "mine")], (await ReadAsync()).Texts);
        Assert.Equal([new OutputPiece(0, "again")], (await Store.Output.ReadAsync("pi-1", Command, 2, 0, Much, Token)).Texts);
        Assert.Equal(new OutputPage([], [], 3, false, false), await Store.Output.ReadAsync("pi-1", Command, 3, 3, Much, Token), SamePage);
        Assert.Null(await Store.Output.FindEndAsync("pi-1", Command, 3, Token));
    }

    [Fact]
    public async Task Read_LostChunks_AreMarkedAsGaps()
    {
        await WriteAsync(Chunk(1, 5, "b"), Chunk(2, 6, "c"), Chunk(4, 10, "d"));

        var page = await ReadAsync();
        Assert.Equal([new OutputGap(0, 5), new OutputGap(7, 10)], page.Gaps);
        Assert.Equal(11, page.Next);

        Assert.Equal([new OutputGap(8, 10)], (await ReadAsync(8)).Gaps);
        Assert.Empty((await ReadAsync(10)).Gaps);
    }

    [Fact]
    public async Task Read_ByPages_GivesAllOfItOnce()
    {
        var text = string.Concat(Enumerable.Range(0, 100).Select(i => i % 7 == 0 ? "🍳" : $"{i};"));
        var chunks = new List<OutputChunkRow>();
        for (int at = 0, size = 1; at < text.Length; at += size, size = (size % 9) + 1)
        {
            size = Math.Min(size, text.Length - at);
            if (char.IsHighSurrogate(text[at + size - 1])) size++;
            chunks.Add(Chunk(chunks.Count, at, text.Substring(at, size)));
        }

        await WriteAsync([.. chunks]);
        Assert.True(chunks.Count > CommandOutput.Batch * 2);

        var read = "";
        for (var page = await ReadAsync(0, 10); ; page = await ReadAsync(page.Next, 10))
        {
            var part = string.Concat(page.Texts.Select(piece => piece.Text));
            Assert.InRange(part.Length, 1, 10);
            read += part;
            Assert.Equal(read.Length, page.Next);
            Assert.Empty(page.Gaps);
            if (!page.HasMore) break;
        }

        Assert.Equal(text, read);
    }

    [Fact]
    public async Task Read_WhatTwoReplicasWroteOverEachOther_HasNothingTwice()
    {
        await WriteAsync(Chunk(0, 0, "abc"), Chunk(1, 1, "bcde"), Chunk(2, 2, "c"));

        Assert.Equal([new OutputPiece(0, "abc"), new OutputPiece(3, "de")], (await ReadAsync()).Texts);
    }

    [Fact]
    public async Task Write_TheSameChunkAgain_KeepsTheFirst()
    {
        await WriteAsync(Chunk(0, 0, "first"));
        await WriteAsync(Chunk(0, 0, "other"), Chunk(1, 5, "!"));
        await WriteAsync();

        Assert.Equal([new OutputPiece(0, "first"), new OutputPiece(5, "!")], (await ReadAsync()).Texts);
    }

    [Fact]
    public async Task Write_TextThatNoDatabaseTakes_KeepsItsLength()
    {
        await WriteAsync(Chunk(0, 0, "a\0b\ud800c"), Chunk(1, 5, "d"));

        Assert.Equal([new OutputPiece(0, "a\uFFFDb\uFFFDc"), new OutputPiece(5, "d")], (await ReadAsync()).Texts);
    }

    [Fact]
    public async Task Read_MoreThanIsKept_IsTruncated()
    {
        var kept = OutputLimits.Kept;
        await WriteAsync(Chunk(0, 0, new string('a', 10)), Chunk(1, kept - 2, "bc") with { End = kept + 5 });
        var page = await ReadAsync();
        Assert.Equal([new OutputGap(10, kept - 2)], page.Gaps);
        Assert.Equal(kept, page.Next);
        Assert.True(page.IsTruncated);
        Assert.True((await ReadAsync(kept)).IsTruncated);

        await WriteAsync(Chunk(0, 0, "a") with { Attempt = 2 }, Chunk(3, kept + 10, "") with { Attempt = 2, End = kept + 20 });
        var lost = await Store.Output.ReadAsync("pi-1", Command, 2, 0, Much, Token);
        Assert.Equal([new OutputGap(1, kept)], lost.Gaps);
        Assert.True(lost is { IsTruncated: true, HasMore: false } && lost.Next == kept);
    }

    private static OutputChunkRow Chunk(int chunk, long offset, string text) =>
        new("pi-1", Command, 1, chunk, offset, offset + text.Length, text, DateTimeOffset.FromUnixTimeMilliseconds(Samples.At));

    private static bool SamePage(OutputPage one, OutputPage other) =>
        one.Texts.SequenceEqual(other.Texts) && one.Gaps.SequenceEqual(other.Gaps)
        && (one.Next, one.HasMore, one.IsTruncated) == (other.Next, other.HasMore, other.IsTruncated);

    private Task WriteAsync(params OutputChunkRow[] chunks) => Store.Output.WriteAsync(chunks, Token);

    private Task<OutputPage> ReadAsync(long offset = 0, int limit = Much) => Store.Output.ReadAsync("pi-1", Command, 1, offset, limit, Token);
}

public sealed class CommandOutputOnSqlite() : CommandOutputTests(SqliteDatabases.Instance);

public sealed class CommandOutputOnPostgres(PostgresDatabases postgres) : CommandOutputTests(postgres);
