namespace Dapr.Actors.Runtime;

/// <summary>Names an actor's type on the wire; without it, or without a name, that is the class's name.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = false)]
public sealed class ActorAttribute : Attribute
{
    /// <summary>The actor's type.</summary>
    public string? TypeName { get; set; }
}
