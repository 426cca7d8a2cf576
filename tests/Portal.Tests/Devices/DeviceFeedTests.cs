using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using Gateway.Portal.Api;
using Gateway.Portal.Devices;
using Gateway.Portal.Live;
using Gateway.Portal.SignIn;
using Gateway.Portal.Tests.Terminals;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Portal.Tests.Devices;

public sealed class DeviceFeedTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Output_ThatIsAnsweredInParts_IsReadToItsEnd()
    {
        using var http = new HttpClient(new Surface()) { BaseAddress = new Uri("http://gateway.test/") };
        var session = new PortalSession("id", "alice", "alice", "the-token", null, TimeProvider.System.GetUtcNow().AddHours(1));
        var access = new CustomerAccess(new SignedIn(session.ToPrincipal()), new SignIns(null!, TimeProvider.System));
        await using var live = new LiveConnection(access, Options.Create(new PortalOptions()), TimeProvider.System, NullLogger<LiveConnection>.Instance);
        await using var feed = new DeviceFeed(new GatewayClient(http, access), live, TimeProvider.System);
        feed.Begin("pi-1", null, null, null, null);

        await feed.LoadAsync(TestContext.Current.CancellationToken);

        Assert.Equal("one two three", TerminalTextTests.TextOf(feed.OutputOf("cmd_1")!.Blocks));
    }

    /// <summary>A device with a running command, whose output comes in three parts.</summary>
    private sealed class Surface : HttpMessageHandler
    {
        private static readonly string[] Parts = ["one ", "two ", "three"];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.AbsolutePath;
            object answer = path switch
            {
                _ when path.EndsWith("/status", StringComparison.Ordinal) =>
                    new { device = new { id = "pi-1", name = "pi-1", status = "busy", lifecycle = "active", activeSession = "sess_1" } },
                _ when path.EndsWith("/output", StringComparison.Ordinal) => Output(int.Parse(request.RequestUri.Query.Split('=', '&')[1])),
                _ when path.EndsWith("/sessions", StringComparison.Ordinal) => new { sessions = Array.Empty<object>() },
                _ => new
                {
                    session = new
                    {
                        id = "sess_1",
                        deviceId = "pi-1",
                        type = "diagnostic",
                        status = "active",
                        createdAt = Now,
                        commands = new[] { new { id = "cmd_1", type = "run_script", status = "claimed", createdAt = Now } },
                    },
                },
            };
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(answer, options: JsonSerializerOptions.Web) });
        }

        private static object Output(int from)
        {
            var at = 0;
            foreach (var part in Parts)
            {
                if (at == from) return new { attempt = 1, from, next = at + part.Length, chunks = new[] { new { offset = at, text = part } } };
                at += part.Length;
            }

            return new { attempt = 1, from, next = from, chunks = Array.Empty<object>() };
        }
    }

    private sealed class SignedIn(ClaimsPrincipal principal) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(principal));
    }
}
