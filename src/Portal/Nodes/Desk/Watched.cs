using Gateway.Portal.Api;

namespace Gateway.Portal.Nodes.Desk;

/// <summary>Something that the desk looks at from time to time, for as long as a page shows it.</summary>
internal abstract class Watched
{
    /// <summary>It was looked at.</summary>
    public event Action? Changed;

    /// <summary>Why the last look failed; null: it did not.</summary>
    public ApiProblem? Problem { get; protected set; }

    /// <summary>When it was last seen; null: not yet.</summary>
    public DateTimeOffset? SeenAt { get; protected set; }

    /// <summary>How many watch it; the desk's.</summary>
    public int Watchers { get; set; }

    /// <summary>Looks.</summary>
    /// <returns>How many requests it took.</returns>
    public abstract Task<int> LookAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Tells whoever watches.</summary>
    public void Tell() => Changed?.Invoke();
}

/// <summary>What was seen, which is replaced and never changed.</summary>
/// <param name="load">Looks.</param>
/// <param name="cost">How many requests that takes, by what was seen before; null: nothing was.</param>
internal sealed class Watched<T>(Func<CancellationToken, Task<ApiAnswer<T>>> load, Func<T?, int> cost) : Watched
    where T : class
{
    /// <summary>As it was last seen; null: not yet.</summary>
    public T? Value { get; private set; }

    /// <inheritdoc />
    public override async Task<int> LookAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var answer = await load(cancellationToken);
        Problem = answer.Problem;
        if (answer.Value is { } value) (Value, SeenAt) = (value, now);
        Tell();
        return cost(Value);
    }
}
