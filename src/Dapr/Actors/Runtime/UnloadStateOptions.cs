namespace Dapr.Actors.Runtime;

/// <summary>Options of <see cref="IActorStateManager.UnloadStateAsync"/>.</summary>
public class UnloadStateOptions
{
    /// <summary>Whether changes that are not written yet may be lost; false by default.</summary>
    public bool AllowUnloadingWhenStateModified { get; set; }
}
