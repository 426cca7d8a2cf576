namespace Dapr.Actors;

/// <summary>The chain of calls that the running code belongs to: what came in <c>Dapr-Reentrancy-Id</c>, for the calls it makes.</summary>
internal static class ReentrancyContext
{
    private static readonly AsyncLocal<string?> Current = new();

    public static string? Id
    {
        get => Current.Value;
        set => Current.Value = value;
    }
}
