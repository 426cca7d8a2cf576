using System.Text.Json;

namespace Dapr.Actors.Communication;

/// <summary>Goes between a method's <see cref="Task"/> or <see cref="Task{TResult}"/> and untyped values, without reflection on each call.</summary>
internal abstract class ActorResult
{
    /// <summary>The type of the result; null for a method without one.</summary>
    public abstract Type? Type { get; }

    /// <summary>What the caller of a proxy gets for the reply's body.</summary>
    public abstract Task ForCaller(Task<byte[]> reply, JsonSerializerOptions options);

    /// <summary>What a method's task came to.</summary>
    public abstract Task<object?> FromActor(Task task);

    /// <summary>Null for a type that no actor method may return.</summary>
    public static ActorResult? Of(Type returnType)
    {
        if (returnType == typeof(Task)) return new None();
        if (!returnType.IsGenericType || returnType.GetGenericTypeDefinition() != typeof(Task<>)) return null;
        return (ActorResult)Activator.CreateInstance(typeof(Some<>).MakeGenericType(returnType.GetGenericArguments()))!;
    }

    private sealed class None : ActorResult
    {
        public override Type? Type => null;

        public override Task ForCaller(Task<byte[]> reply, JsonSerializerOptions options) => reply;

        public override async Task<object?> FromActor(Task task)
        {
            await task;
            return null;
        }
    }

    private sealed class Some<T> : ActorResult
    {
        public override Type Type => typeof(T);

        public override Task ForCaller(Task<byte[]> reply, JsonSerializerOptions options) => ReadAsync(reply, options);

        public override async Task<object?> FromActor(Task task) => await (Task<T>)task;

        private static async Task<T> ReadAsync(Task<byte[]> reply, JsonSerializerOptions options) =>
            (T)RemotingBody.ReadReply(await reply, typeof(T), options)!;
    }
}
