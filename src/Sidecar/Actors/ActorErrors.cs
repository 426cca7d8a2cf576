using Gateway.Sidecar.Errors;

namespace Gateway.Sidecar.Actors;

/// <summary>The errors of the actor API (https://docs.dapr.io/reference/api/actors_api/, https://docs.dapr.io/reference/errors/).</summary>
internal static class ActorErrors
{
    public static readonly DaprError InstanceMissing = new(400, "ERR_ACTOR_INSTANCE_MISSING", "actor instance is missing");

    public static readonly DaprError NoStateStore = new(
        500,
        "ERR_ACTOR_RUNTIME_NOT_FOUND",
        "the state store is not configured to use the actor runtime. Have you set the - name: actorStateStore value: \"true\" in your state store component file?");

    public static readonly DaprError ReminderNotHosted = new(
        403, "ERR_ACTOR_REMINDER_NON_HOSTED", "operations on actor reminders are only possible on hosted actor types");

    public static readonly DaprError StackDepth = new(500, "ERR_ACTOR_STACK_DEPTH", "maximum stack depth exceeded");

    public static DaprError BadRequest(string what) => new(400, "ERR_BAD_REQUEST", $"invalid request: {what}");

    public static DaprError MalformedBody(string what) => DaprError.Malformed($"failed deserializing HTTP body: {what}");

    public static DaprError Invoke(string what) => new(500, "ERR_ACTOR_INVOKE_METHOD", $"error invoke actor method: {what}");

    public static DaprError Lookup(string type, string id) =>
        Invoke($"failed to lookup actor: api error: code = FailedPrecondition desc = did not find address for actor '{type}/{id}'");

    public static DaprError StateSave(string what) =>
        new(500, "ERR_ACTOR_STATE_TRANSACTION_SAVE", $"error saving actor transaction state: {what}");

    public static DaprError ReminderCreate(string what) => new(500, "ERR_ACTOR_REMINDER_CREATE", $"error creating actor reminder: {what}");

    public static DaprError ReminderExists(string name) =>
        new(409, "ERR_ACTOR_REMINDER_ALREADY_EXISTS", $"actor reminder already exists: {name}");

    public static DaprError ReminderNotFound(string name) => new(404, "ERR_ACTOR_REMINDER_NOT_FOUND", $"actor reminder not found: {name}");

    public static DaprError ReminderDelete(string what) => new(500, "ERR_ACTOR_REMINDER_DELETE", $"error deleting actor reminder: {what}");

    public static DaprError TimerCreate(string what) => new(500, "ERR_ACTOR_TIMER_CREATE", $"error creating actor timer: {what}");
}
