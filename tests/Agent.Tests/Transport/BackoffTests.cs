using System.Net;
using Gateway.Agent.Transport;

namespace Gateway.Agent.Tests.Transport;

public sealed class BackoffTests
{
    private static readonly TimeSpan Floor = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Cap = TimeSpan.FromSeconds(30);

    [Fact]
    public void Next_AgainAndAgain_StaysBetweenFloorAndCapAndGrows()
    {
        var backoff = new Backoff(Floor, Cap);
        Assert.InRange(backoff.Next(), Floor, Floor * 3);
        TimeSpan[] waits = [.. Enumerable.Range(0, 200).Select(_ => backoff.Next())];

        Assert.All(waits, wait => Assert.InRange(wait, Floor, Cap));
        Assert.Contains(Cap, waits);
        Assert.True(waits.Distinct().Count() > 20);
        backoff.Reset();
        Assert.InRange(backoff.Next(), Floor, Floor * 3);
    }

    [Fact]
    public void Next_AskedToWait_WaitsAtLeastSoLongAndAtMostTenMinutes()
    {
        var backoff = new Backoff(Floor, Cap);

        Assert.Equal(TimeSpan.FromMinutes(2), backoff.Next(TimeSpan.FromMinutes(2)));
        Assert.Equal(TimeSpan.FromMinutes(10), backoff.Next(TimeSpan.FromDays(1)));
        Assert.True(backoff.Next(TimeSpan.Zero) >= Floor);
    }

    [Theory]
    [InlineData(200, Verdict.Ok)]
    [InlineData(201, Verdict.Ok)]
    [InlineData(302, Verdict.Unavailable)]
    [InlineData(400, Verdict.Rejected)]
    [InlineData(401, Verdict.Unauthorized)]
    [InlineData(403, Verdict.Forbidden)]
    [InlineData(404, Verdict.NotFound)]
    [InlineData(408, Verdict.Unavailable)]
    [InlineData(409, Verdict.Conflict)]
    [InlineData(413, Verdict.TooLarge)]
    [InlineData(422, Verdict.Rejected)]
    [InlineData(429, Verdict.Throttled)]
    [InlineData(500, Verdict.Unavailable)]
    [InlineData(503, Verdict.Unavailable)]
    internal void Status_Means(int status, Verdict verdict) => Assert.Equal(verdict, ReplyMap.FromStatus((HttpStatusCode)status));

    [Fact]
    public void Detail_FromTheServer_CannotForgeALine()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.BadRequest);
        string detail = ReplyMap.Detail(response, new ErrorBody("A\nB", new string('x', 1000) + "\u001b[31m"));

        Assert.StartsWith("HTTP 400 A B: xxx", detail, StringComparison.Ordinal);
        Assert.Equal(200, detail.Length);
    }
}
