using Gateway.Core.Verification;

namespace Gateway.Core.Tests.Verification;

public sealed class ObservationLogTests
{
    [Fact]
    public void Log_OfEveryKindOfEntry_ReadsBackTheSame()
    {
        var log = HistoryRecorder.Record(seed: 3, steps: 300);
        Assert.Equal(10, log.Select(entry => entry.GetType()).Distinct().Count());
        var lines = log.Select(ObservationLog.Line).ToList();
        Assert.All(lines, line => Assert.DoesNotContain('\n', line));
        Assert.Equal(lines, ObservationLog.Read(lines).Select(ObservationLog.Line));
    }

    [Fact]
    public void Read_NumbersLinesAndPassesOverEmptyOnes() => Assert.Equal(
        [1, 3],
        ObservationLog.Read(
        [
            """{"op":"cancel","by":"c","device":"pi","sent":1,"answered":2,"status":200,"command":"a"}""",
            "",
            """{"by":"c","device":"pi","sent":3,"command":"a","op":"cancel"}""",
        ]).Select(entry => entry.Line));

    [Fact]
    public void Read_IsLazy()
    {
        using var read = ObservationLog.Read(Lines()).GetEnumerator();
        Assert.True(read.MoveNext());

        static IEnumerable<string> Lines()
        {
            yield return """{"op":"view","by":"c","device":"pi","sent":1,"command":"a","state":"dead_lettered"}""";
            throw new InvalidOperationException("More was read than was asked for.");
        }
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"op":"dance","by":"c","device":"pi","sent":1}""")]
    [InlineData("""{"op":"cancel","by":"c","device":"pi","sent":1}""")]
    [InlineData("""{"op":"view","by":"c","device":"pi","sent":1,"command":"a","state":"sleeping"}""")]
    public void Read_WhatIsNoEntry_NamesTheLine(string line)
    {
        var problem = Assert.Throws<FormatException>(() => ObservationLog.Read(["", line]).ToList());
        Assert.Contains("Line 2", problem.Message, StringComparison.Ordinal);
    }
}
