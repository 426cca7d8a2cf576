using Gateway.Portal.Devices;
using Gateway.TestKit;

namespace Gateway.Portal.Tests.Devices;

public sealed class PaceTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Spend_WithoutAPause_IsFreeForABurstAndThenOneInATime()
    {
        var time = new ManualTimeProvider();
        var pace = new Pace(3, Second, time);
        for (var i = 0; i < 3; i++) Assert.Equal(TimeSpan.Zero, pace.Spend());
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(Second, pace.Spend());
            time.Advance(Second);
        }

        time.Advance(2 * Second);
        Assert.Equal([TimeSpan.Zero, TimeSpan.Zero, Second], [pace.Spend(), pace.Spend(), pace.Spend()]);
    }
}
