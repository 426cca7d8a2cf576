using Gateway.Portal.Shell;
using Gateway.Portal.Tests.Kit;
using Gateway.TestKit;

namespace Gateway.Portal.Tests.Shell;

public sealed class AgoTests
{
    [Fact]
    public async Task Time_OnAPageThatStaysOpen_StaysTrueAndIsRenderedOnlyWhenItChanges()
    {
        var time = new ManualTimeProvider();
        await using var page = await LivePage.OpenAsync<Ago>(time, new() { ["At"] = time.GetUtcNow() });
        Assert.Equal("just now", await page.TextAsync());
        time.Advance(Ticker.Every * 2);
        Assert.Equal("10 s ago", await page.TextAsync());
        time.Advance(TimeSpan.FromHours(2));
        Assert.Equal("2 h ago", await page.TextAsync());
        var renders = page.Renders;
        time.Advance(Ticker.Every);
        Assert.Equal("2 h ago", await page.TextAsync());
        Assert.Equal(renders, page.Renders);
    }
}
