using Gateway.TestKit;

namespace Gateway.Portal.Tests.Kit;

/// <summary>Lets what waits on the clock go on.</summary>
internal static class VirtualTime
{
    /// <summary>Moves the clock in steps of a quarter of a second, whenever something waits for it, until it is so.</summary>
    public static async Task UntilAsync(ManualTimeProvider time, Func<bool> isSo)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Limit.Wait, "Waited in vain.");
            if (time.ArmedTimers > 0) time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Yield();
        }
    }
}
