using System.Text.Json;
using Gateway.Sidecar.PubSub.Rules;

namespace Gateway.Sidecar.Tests.PubSub;

// https://docs.dapr.io/developing-applications/building-blocks/pubsub/howto-route-messages/
public sealed class RuleTests
{
    private const string Event = """{"type":"widget","source":"s","data":{"n":9,"text":"10","flag":true,"nothing":null,"list":[1],"deep":{"er":"x"}}}""";

    [Theory]
    [InlineData("event.type == \"widget\"", true)]
    [InlineData("event.type == 'widget'", true)]
    [InlineData("event.type != \"widget\"", false)]
    [InlineData("event.data.n > 5", true)]
    [InlineData("event.data.n >= 9 && event.data.n <= 9.0", true)]
    [InlineData("event.data.n < -1", false)]
    [InlineData("event.data.flag", true)]
    [InlineData("!event.data.flag || event.data.deep.er == \"x\"", true)]
    [InlineData("!(event.data.flag && event.data.n == 9)", false)]
    [InlineData("event.data.nothing == null", true)]
    [InlineData("event.data.n == \"9\"", false)]
    [InlineData("int(event.data.text) == 10", true)]
    [InlineData("event.type < \"x\"", true)]
    [InlineData("has(event.data.n)", true)]
    [InlineData("has(event.data.m)", false)]
    [InlineData("!has(event.data.m) && has(event.type)", true)]
    [InlineData("true", true)]
    // An error on one side is swallowed when the other side decides, whichever comes first.
    [InlineData("event.data.m == 1 || event.type == \"widget\"", true)]
    [InlineData("event.data.m == 1 && event.type == \"other\"", false)]
    public void Matches_Rule_IsAsInCel(string rule, bool matches) => Assert.Equal(matches, RuleExpression.Parse(rule).Matches(Json(Event)));

    [Theory]
    [InlineData("event.data.m == 1")]
    [InlineData("event.data.n.m == 1")]
    [InlineData("event.data.m == 1 || event.type == \"other\"")]
    [InlineData("event.data.m == 1 && event.type == \"widget\"")]
    [InlineData("event.type > 5")]
    [InlineData("event.type")]
    [InlineData("has(event.missing.m)")]
    [InlineData("int(event.type) == 1")]
    public void Matches_RuleThatDoesNotApply_IsAnError(string rule) =>
        Assert.Throws<RuleException>(() => RuleExpression.Parse(rule).Matches(Json(Event)));

    [Theory]
    [InlineData("")]
    [InlineData("event.type ==")]
    [InlineData("event.type = \"x\"")]
    [InlineData("event.type == \"x")]
    [InlineData("event.type.matches(\"w.*\")")]
    [InlineData("size(event.data) > 1")]
    [InlineData("request.type == \"x\"")]
    [InlineData("event.data[0] == 1")]
    [InlineData("event.n + 1 == 2")]
    [InlineData("(event.type == \"x\"")]
    [InlineData("event.type in [\"x\"]")]
    [InlineData("has(event)")]
    [InlineData("event.type == \"\\x41\"")]
    public void Parse_WhatIsNotKnown_IsRefused(string rule) => Assert.Throws<RuleException>(() => RuleExpression.Parse(rule));

    [Fact]
    public void Parse_DeepNesting_IsRefused() =>
        Assert.Throws<RuleException>(() => RuleExpression.Parse(new string('(', 100_000) + "true"));

    private static JsonElement Json(string json) => JsonSerializer.Deserialize<JsonElement>(json);
}
