using System.Net;
using Gateway.Api.Tests.Auth.Jwks;
using Gateway.Api.Tests.Auth.Jwt;
using Gateway.Api.Tests.Gateway;
using Microsoft.AspNetCore.Http;

namespace Gateway.Api.Tests.Auth.Running;

/// <summary>The project's keys change, or cannot be had, while the server runs.</summary>
public sealed class KeyRotationTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private JwksServer project = null!;
    private GatewayHost host = null!;

    public async ValueTask InitializeAsync()
    {
        project = await JwksServer.StartAsync("old");
        host = new GatewayHost(new() { ["SUPABASE_URL"] = project.Url });
        await host.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await project.DisposeAsync();
    }

    [Fact]
    public async Task Rotation_NewKeyComesAndOldOneGoes_WithoutARestart()
    {
        var old = TokenOf("old");
        Assert.Equal(HttpStatusCode.OK, await AskAsync(old));

        project.Publish("old", "new");
        var fresh = TokenOf("new");
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(fresh)); // Read a moment ago: not again for every unknown key.
        host.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(fresh));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(old));
        Assert.Equal(2, project.Reads);

        project.Publish("new");
        host.Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(old));
        host.Time.Advance(TimeSpan.FromSeconds(1));
        var read = project.NextRead();
        Assert.Equal(HttpStatusCode.OK, await AskAsync(fresh));
        await read;
        await EndsAsync(old);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(fresh));
        Assert.Equal(3, project.Reads);
    }

    [Fact]
    public async Task KeyWithdrawnDuringALongSilence_NotOneTokenOfItIsAccepted()
    {
        var old = TokenOf("old");
        Assert.Equal(HttpStatusCode.OK, await AskAsync(old));
        project.Publish("new");
        host.Time.Advance(TimeSpan.FromHours(8));

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => AskAsync(old)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Unauthorized, answer));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(TokenOf("new")));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("page")]
    [InlineData("half")]
    [InlineData("broken off")]
    public async Task BrokenKeySet_LastGoodKeysStay_UnknownOnesAnswer503_AndItRecovers(string trouble)
    {
        var old = TokenOf("old");
        Assert.Equal(HttpStatusCode.OK, await AskAsync(old));
        project.Publish("old", "new");
        var fresh = TokenOf("new");
        project.Trouble = context => BreakAsync(context, trouble);

        for (var hour = 0; hour < 3; hour++)
        {
            host.Time.Advance(TimeSpan.FromHours(1));
            Assert.Equal(HttpStatusCode.OK, await AskAsync(old));
            var unknown = (await host.WithToken(fresh).GetAsync("/api/v1/customer/devices"))
                .IsError(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");
            Assert.Equal("30", unknown.Headers["Retry-After"]);
        }

        project.Trouble = null;
        host.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(fresh));
    }

    [Fact]
    public async Task UnreachableKeySet_LastGoodKeysStay()
    {
        var old = TokenOf("old");
        Assert.Equal(HttpStatusCode.OK, await AskAsync(old));
        await project.DisposeAsync();

        for (var hour = 0; hour < 3; hour++)
        {
            host.Time.Advance(TimeSpan.FromMinutes(hour * 20));
            Assert.Equal(HttpStatusCode.OK, await AskAsync(old));
        }
    }

    [Fact]
    public async Task ManyUnknownKeysAtOnce_OneRead_AndGoodTokensDoNotWaitForIt()
    {
        var old = TokenOf("old");
        Assert.Equal(HttpStatusCode.OK, await AskAsync(old));
        using var hang = new SemaphoreSlim(0);
        project.Trouble = async context =>
        {
            await hang.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync(project.KeySet, context.RequestAborted);
        };
        host.Time.Advance(TimeSpan.FromSeconds(30));
        var read = project.NextRead();

        var unknown = Enumerable.Range(0, 100).Select(i => AskAsync(MadeUp($"made-up-{i}"))).ToArray();
        await read;
        Assert.Equal(HttpStatusCode.OK, await AskAsync(old));
        Assert.DoesNotContain(unknown, asked => asked.IsCompleted);
        hang.Release();

        Assert.All(await Task.WhenAll(unknown).WaitAsync(Patience), answer => Assert.Equal(HttpStatusCode.Unauthorized, answer));
        for (var i = 0; i < 100; i++) Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(MadeUp($"more-{i}")));
        Assert.Equal(2, project.Reads);
    }

    [Fact]
    public async Task KeySetThatWasNeverReadable_ManyTokens_OneReadInThirtySeconds()
    {
        project.Trouble = context => BreakAsync(context, "status");
        var token = TokenOf("old");
        for (var round = 1; round <= 3; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => AskAsync(token)));
            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer));
            Assert.Equal(round, project.Reads);
            host.Time.Advance(TimeSpan.FromSeconds(30));
        }
    }

    private string TokenOf(string kid) => project.Token(kid, JwtFixture.Claims(exp: JwtFixture.Seconds(86_400)));

    private static string MadeUp(string kid) => JwtFixture.Es256($$"""{"alg":"ES256","kid":"{{kid}}"}""", JwtFixture.Claims());

    private async Task<HttpStatusCode> AskAsync(string token) => (await host.WithToken(token).GetAsync("/api/v1/customer/devices")).Status;

    /// <summary>Waits until a token is refused: the read goes on beside the requests.</summary>
    private async Task EndsAsync(string token)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (await AskAsync(token) != HttpStatusCode.Unauthorized)
            Assert.False(limit.IsCancellationRequested, "The withdrawn key is still good.");
    }

    private static async Task BreakAsync(HttpContext context, string trouble)
    {
        switch (trouble)
        {
            case "status":
                context.Response.StatusCode = StatusCodes.Status502BadGateway;
                break;
            case "page":
                await context.Response.WriteAsync("<html>Maintenance</html>");
                break;
            case "half":
                await context.Response.WriteAsync("{\"keys\":[{\"kty\":\"EC\"");
                break;
            default:
                await context.Response.WriteAsync("{\"keys\":[");
                await context.Response.Body.FlushAsync();
                context.Abort();
                break;
        }
    }
}
