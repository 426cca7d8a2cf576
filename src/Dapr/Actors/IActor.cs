namespace Dapr.Actors;

/// <summary>
/// What every actor interface derives from. Its methods return <see cref="Task"/> or <see cref="Task{TResult}"/>, are not
/// overloaded or generic, and may take a <see cref="CancellationToken"/> last.
/// </summary>
#pragma warning disable CA1040 // The interface is a mark, and the official package's.
public interface IActor;
#pragma warning restore CA1040
