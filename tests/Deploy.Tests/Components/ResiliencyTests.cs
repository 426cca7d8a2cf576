using Gateway.Sidecar.Components;

namespace Gateway.Deploy.Tests.Components;

/// <summary>The resiliency file: Dapr passes over a name that does not exist without a word.</summary>
public sealed class ResiliencyTests
{
    private readonly DaprResiliency resiliency =
        Assert.IsType<DaprResiliency>(Assert.Single(ComponentFolder.Read(Path.Combine(Repository.Components, "resiliency.yaml"))));

    private IEnumerable<DaprResiliency.PolicyNames> Used => resiliency.Spec.Targets.Components.Values
        .SelectMany(target => new[] { target.Inbound, target.Outbound }).OfType<DaprResiliency.PolicyNames>()
        .Concat(resiliency.Spec.Targets.Apps.Values);

    [Fact]
    public void Targets_Exist()
    {
        Assert.Empty(resiliency.Spec.Targets.Components.Keys.Except(ComponentFolder.Components.Select(component => component.Metadata.Name)));
        Assert.Empty(resiliency.Spec.Targets.Apps.Keys.Except(ComponentFolder.Apps));
    }

    [Fact]
    public void Policies_AreThoseThatTargetsName()
    {
        var policies = resiliency.Spec.Policies;
        Assert.Equal(policies.Timeouts.Keys.Order(), Used.Select(names => names.Timeout).OfType<string>().Distinct().Order());
        Assert.Equal(policies.Retries.Keys.Order(), Used.Select(names => names.Retry).OfType<string>().Distinct().Order());
        Assert.Equal(policies.CircuitBreakers.Keys.Order(), Used.Select(names => names.CircuitBreaker).OfType<string>().Distinct().Order());
    }

    [Fact]
    public void Durations_CanBeRead() => Assert.All(
        (string?[])[
            .. resiliency.Spec.Policies.Timeouts.Values,
            .. resiliency.Spec.Policies.Retries.Values.SelectMany(retry => new[] { retry.Duration, retry.MaxInterval }),
            .. resiliency.Spec.Policies.CircuitBreakers.Values.SelectMany(breaker => new[] { breaker.Interval, breaker.Timeout }),
        ],
        text => Assert.True(text is null || GoDuration.TryParse(text, out _), $"'{text}' is no duration."));

    /// <summary>Gateway repeats a save itself; and a lost race, which is an error to Dapr, would open a circuit breaker.</summary>
    [Fact]
    public void StateStore_HasATimeLimitAndNothingElse()
    {
        var state = resiliency.Spec.Targets.Components["statestore"].Outbound!;
        Assert.NotNull(state.Timeout);
        Assert.Null(state.Retry);
        Assert.Null(state.CircuitBreaker);
    }

    /// <summary>Any policy for actors would turn off what Dapr does while they move; a repeated invocation may be a command twice.</summary>
    [Fact]
    public void ActorsAndApps_AreNotRepeated()
    {
        Assert.Empty(resiliency.Spec.Targets.Actors);
        Assert.All(resiliency.Spec.Targets.Apps.Values, app => Assert.Null(app.Retry));
    }
}
