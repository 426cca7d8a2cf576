using System.Text.Json.Serialization;

namespace Dapr.Actors;

/// <summary>The id of one actor within its type. Two ids are equal whatever their case.</summary>
[JsonConverter(typeof(ActorIdJsonConverter))]
public class ActorId
{
    private readonly string id;

    /// <summary>Makes the id.</summary>
    /// <exception cref="ArgumentException">The text is null, empty or blank.</exception>
    public ActorId(string id)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        this.id = id;
    }

    /// <summary>Whether both are the same id, or both null.</summary>
    public static bool operator ==(ActorId? id1, ActorId? id2) => id1 is null ? id2 is null : id1.Equals(id2);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(ActorId? id1, ActorId? id2) => !(id1 == id2);

    /// <summary>A new id, a random UUID.</summary>
    public static ActorId CreateRandom() => new(Guid.NewGuid().ToString());

    /// <summary>The id's text.</summary>
    public string GetId() => id;

    /// <summary>The id's text.</summary>
    public override string ToString() => id;

    /// <inheritdoc />
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(id);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as ActorId);

    /// <summary>Whether both are the same id.</summary>
    public bool Equals(ActorId? other) => string.Equals(id, other?.id, StringComparison.OrdinalIgnoreCase);

    /// <summary>Orders ids by their text.</summary>
    public int CompareTo(ActorId? other) => string.Compare(id, other?.id, StringComparison.OrdinalIgnoreCase);
}
