using Xunit;

namespace Gateway.TestKit;

/// <summary>A server or tool that a test needs: missing, it skips the test on a laptop and fails it where CI=true.</summary>
public static class Requirement
{
    public static void Missing(string what)
    {
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
            Assert.Fail($"{what} is missing, and with CI=true nothing may be skipped.");
        Assert.Skip($"{what} is missing on this machine.");
    }
}
