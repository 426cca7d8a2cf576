using Gateway.Core.Ids;

namespace Gateway.Core.Tests.Ids;

public sealed class SortableIdTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Zeros = new byte[SortableId.EntropyBytes];
    private static readonly byte[] Ones = [.. Enumerable.Repeat((byte)255, SortableId.EntropyBytes)];

    [Fact]
    public void Create_KnownTimeAndEntropy_IsTheUlidOfThem()
    {
        // The example of the ULID specification: 1469922850259 is 01ARZ3NDEK less its random part.
        var id = SortableId.Create(DateTimeOffset.FromUnixTimeMilliseconds(1469922850259), Zeros);

        Assert.Equal("01ARZ3NDEK" + new string('0', 16), id);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(11)]
    public void Create_WrongAmountOfEntropy_Throws(int bytes) =>
        Assert.Throws<ArgumentException>(() => SortableId.Create(At, new byte[bytes]));

    [Fact]
    public void Create_BeforeTheEpoch_CountsAsTheEpoch() =>
        Assert.Equal(new string('0', 26), SortableId.Create(DateTimeOffset.UnixEpoch.AddDays(-1), Zeros));

    [Fact]
    public void Create_LaterTime_SortsAfterWhateverTheEntropy() =>
        Assert.True(string.CompareOrdinal(SortableId.Create(At, Ones), SortableId.Create(At.AddMilliseconds(1), Zeros)) < 0);

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-3_600_000)]
    public void CreateAfter_WhateverTheClockDoes_SortsAfter(int milliseconds)
    {
        var previous = SortableId.Create(At, Ones);

        for (var i = 0; i < 100; i++)
        {
            var next = SortableId.CreateAfter(previous, At.AddMilliseconds(milliseconds), Zeros);
            Assert.True(string.CompareOrdinal(next, previous) > 0);
            Assert.True(SortableId.IsValid(next));
            previous = next;
        }
    }

    [Fact]
    public void CreateAfter_ClockStandsStill_IsThePreviousPlusOne()
    {
        var previous = SortableId.Create(At, Ones);

        // All entropy is spent: the sum carries into the time.
        Assert.Equal(SortableId.Create(At.AddMilliseconds(1), Zeros), SortableId.CreateAfter(previous, At, Zeros));
    }

    [Fact]
    public void CreateAfter_NothingBefore_IsTheTimesOwn() =>
        Assert.Equal(SortableId.Create(At, Ones), SortableId.CreateAfter(null, At, Ones));

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FAV", true)]
    [InlineData("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", true)]
    [InlineData("8ZZZZZZZZZZZZZZZZZZZZZZZZZ", false)]
    [InlineData("01arz3ndektsv4rrffq69g5fav", false)]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FA", false)]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FAVX", false)]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FAI", false)]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FA/", false)]
    public void IsValid_Text_SaysWhetherItHasTheForm(string? id, bool valid) => Assert.Equal(valid, SortableId.IsValid(id));
}
