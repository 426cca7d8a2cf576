using Gateway.Sidecar.Tests.Conformance;

namespace Gateway.Sidecar.Tests.Actors;

public sealed class EmbeddedActorMethods(ActorFixture<EmbeddedSidecar> fixture) : ActorMethodConformance<EmbeddedSidecar>(fixture);

public sealed class EmbeddedActorTurns(ActorFixture<EmbeddedSidecar> fixture) : ActorTurnConformance<EmbeddedSidecar>(fixture);

public sealed class EmbeddedActorState(ActorFixture<EmbeddedSidecar> fixture) : ActorStateConformance<EmbeddedSidecar>(fixture);

public sealed class EmbeddedActorStateTtl(ActorTtlFixture<EmbeddedSidecar> fixture) : ActorStateTtlConformance<EmbeddedSidecar>(fixture);

public sealed class EmbeddedReminders(ActorFixture<EmbeddedSidecar> fixture) : ReminderConformance<EmbeddedSidecar>(fixture);

public sealed class EmbeddedReminderCallbacks(ActorFixture<EmbeddedSidecar> fixture) : ReminderCallbackConformance<EmbeddedSidecar>(fixture);

public sealed class EmbeddedActorRestarts(ActorFixture<EmbeddedSidecar> fixture) : ActorRestartConformance<EmbeddedSidecar>(fixture);

public sealed class EmbeddedTimers(ActorFixture<EmbeddedSidecar> fixture) : TimerConformance<EmbeddedSidecar>(fixture);

public sealed class EmbeddedDeactivation(ActorFixture<EmbeddedSidecar> fixture) : DeactivationConformance<EmbeddedSidecar>(fixture);

public sealed class EmbeddedActorConfigs : ActorConfigConformance<EmbeddedSidecar>;

public sealed class EmbeddedRedisActorState(ActorFixture<EmbeddedRedis> fixture) : ActorStateConformance<EmbeddedRedis>(fixture);

public sealed class EmbeddedRedisActorStateTtl(ActorTtlFixture<EmbeddedRedis> fixture) : ActorStateTtlConformance<EmbeddedRedis>(fixture);
