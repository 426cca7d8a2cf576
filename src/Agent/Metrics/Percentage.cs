namespace Gateway.Agent.Metrics;

internal static class Percentage
{
    /// <summary>With one decimal; 0 of nothing.</summary>
    public static double Of(long part, long whole) => whole <= 0 ? 0 : Math.Round(part * 100d / whole, 1);
}
