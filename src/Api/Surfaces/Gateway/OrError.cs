using System.Diagnostics.CodeAnalysis;

namespace Gateway.Api.Surfaces.Gateway;

/// <summary>Something that a handler needs, or the answer that says why it cannot be had.</summary>
internal readonly struct OrError<T>
    where T : class
{
    private readonly T? value;
    private readonly GatewayErrorResult? error;

    private OrError(T? value, GatewayErrorResult? error)
    {
        this.value = value;
        this.error = error;
    }

    public static implicit operator OrError<T>(T value) => new(value, null);

    public static implicit operator OrError<T>(GatewayErrorResult error) => new(null, error);

    /// <summary>The one or the other.</summary>
    public bool TryGet([NotNullWhen(true)] out T? found, [NotNullWhen(false)] out GatewayErrorResult? refused)
    {
        found = value;
        refused = error;
        return found is not null;
    }
}
