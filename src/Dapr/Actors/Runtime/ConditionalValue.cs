namespace Dapr.Actors.Runtime;

/// <summary>A value that may be absent.</summary>
/// <param name="hasValue">Whether it is there.</param>
/// <param name="value">The value; the type's default when absent.</param>
#pragma warning disable CA1815 // The official type has no equality either.
public readonly struct ConditionalValue<TValue>(bool hasValue, TValue value)
#pragma warning restore CA1815
{
    /// <summary>Whether the value is there.</summary>
    public bool HasValue { get; } = hasValue;

    /// <summary>The value; the type's default when absent.</summary>
    public TValue Value { get; } = value;
}
