namespace Dapr.Actors.Runtime;

/// <summary>Names a reminder.</summary>
public class ActorReminderToken
{
    /// <summary>Names a reminder.</summary>
    public ActorReminderToken(string actorType, ActorId actorId, string name)
    {
        ArgumentNullException.ThrowIfNull(actorType);
        ArgumentNullException.ThrowIfNull(actorId);
        ArgumentNullException.ThrowIfNull(name);
        ActorType = actorType;
        ActorId = actorId;
        Name = name;
    }

    /// <summary>The actor's type.</summary>
    public string ActorType { get; }

    /// <summary>The actor's id.</summary>
    public ActorId ActorId { get; }

    /// <summary>The reminder's name.</summary>
    public string Name { get; }
}
