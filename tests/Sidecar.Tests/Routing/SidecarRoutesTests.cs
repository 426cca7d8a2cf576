using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.Tests.Routing;

public sealed class SidecarRoutesTests
{
    [Theory]
    [InlineData("/v1.0/state/s/k", "v1.0 state s k")]
    [InlineData("//v1.0///state/./s//k", "v1.0 state s k")]
    [InlineData("/v1.0/../v1.0/x", "v1.0 x")]
    [InlineData("/../..", "")]
    [InlineData("/a%2Fb/c?d=/e", "a%2Fb c")]
    [InlineData("http://host:1/a/b?c", "a b")]
    [InlineData("/", "")]
    public void CleanPath_Target_IsCleanedButNotDecoded(string target, string segments) =>
        Assert.Equal(segments, string.Join(' ', CleanPath.Parse(target).Segments));

    [Theory]
    [InlineData("GET", "/v1.0/state/s/bulk", "literal")]
    [InlineData("GET", "/v1.0/state/s/k", "item s k")]
    [InlineData("GET", "/v1.0/state/s/a%2Fb+c", "item s a/b c")]
    [InlineData("POST", "/v1.0/state/s/k", null)]
    [InlineData("GET", "/V1.0/state/s/k", null)]
    [InlineData("GET", "/v1.0%2Fstate/s/k", null)]
    [InlineData("PATCH", "/v1.0/invoke/a/method/x/y%20z/", "rest a x/y%20z")]
    [InlineData("GET", "/v1.0/invoke/a/method/", "rest a ")]
    [InlineData("GET", "/v1.0/invoke/a/method", null)]
    public void Match_Path_FindsTheMostExactRoute(string method, string target, string? found)
    {
        var routes = new SidecarRoutes();
        string? answered = null;
        routes.Map("GET", "/v1.0/state/{store}/{key}", (_, route) => Answer($"item {route["store"]} {route["key"]}"));
        routes.Map("GET", "/v1.0/state/{store}/bulk", (_, _) => Answer("literal"));
        routes.Map("*", "/v1.0/invoke/{id}/method/{path*}", (_, route) => Answer($"rest {route["id"]} {route["path"]}"));

        if (routes.Match(method, CleanPath.Parse(target)) is { } match) match.Handler(null!, match.Values);
        Assert.Equal(found, answered);

        Task Answer(string text)
        {
            answered = text;
            return Task.CompletedTask;
        }
    }

    [Fact]
    public void Map_OneRouteTwice_IsRefused()
    {
        var routes = new SidecarRoutes();
        routes.Map("GET,POST", "/a/{b}", (_, _) => Task.CompletedTask);
        Assert.Throws<InvalidOperationException>(() => routes.Map("POST", "/a/{c}", (_, _) => Task.CompletedTask));
    }
}
