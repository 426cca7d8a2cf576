namespace Dapr.Actors.Runtime;

/// <summary>A reminder that is registered.</summary>
public interface IActorReminder
{
    /// <summary>Its name, unique within the actor.</summary>
    string Name { get; }

    /// <summary>When it first fires, from its registration.</summary>
    TimeSpan DueTime { get; }

    /// <summary>How often it fires after that; -1 ms for never again.</summary>
    TimeSpan Period { get; }

    /// <summary>What it carries.</summary>
    byte[]? State { get; }
}
