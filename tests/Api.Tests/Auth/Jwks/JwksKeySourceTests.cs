using System.Net;
using Gateway.Api.Auth.Jwks;
using Gateway.Api.Auth.Jwt;
using Gateway.TestKit;
using Microsoft.AspNetCore.Http;

namespace Gateway.Api.Tests.Auth.Jwks;

public sealed class JwksKeySourceTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ManualTimeProvider time = new();
    private readonly HttpMessageInvoker http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly CapturedLog log = new();
    private JwksServer server = null!;
    private JwksKeySource source = null!;

    public async ValueTask InitializeAsync()
    {
        server = await JwksServer.StartAsync("one");
        source = new JwksKeySource(http, new JwksOptions { Address = server.KeySetAddress }, time, log.For<JwksKeySource>());
    }

    public async ValueTask DisposeAsync()
    {
        source.Dispose();
        http.Dispose();
        log.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Find_KnownKey_ReadsTheSetOnceInTenMinutes()
    {
        Assert.True(await Knows("one"));
        time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        Assert.True(await Knows("one"));
        Assert.Equal(1, server.Reads);
    }

    [Fact]
    public async Task Find_KnownKeyOfAnOldSet_AnswersAtOnceAndReadsBeside()
    {
        Assert.True(await Knows("one"));
        using var hang = new SemaphoreSlim(0);
        server.Trouble = async context => await hang.WaitAsync(context.RequestAborted);
        var read = server.NextRead();

        time.Advance(TimeSpan.FromMinutes(10));
        var lookup = source.FindAsync(JwtAlgorithm.ES256, "one", CancellationToken.None);

        Assert.True(lookup.IsCompletedSuccessfully);
        Assert.NotNull((await lookup).Key);
        await read;
        hang.Release();
    }

    [Fact]
    public async Task Find_KeyThatRotatedIn_IsFoundWithoutARestart()
    {
        Assert.True(await Knows("one"));
        server.Rotate("one", "two");
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.True(await Knows("two"));
        Assert.Equal(2, server.Reads);
    }

    [Fact]
    public async Task Find_AnotherReadEndsInTheMiddleOfIt_KeyThatItWithdrewIsNotGood()
    {
        var interrupted = new InterruptedTime(time);
        using var raced = new JwksKeySource(http, new JwksOptions { Address = server.KeySetAddress }, interrupted, log.For<JwksKeySource>());
        Assert.NotNull((await raced.FindAsync(JwtAlgorithm.ES256, "one", CancellationToken.None)).Key);
        server.Rotate("two");
        time.Advance(TimeSpan.FromHours(8));

        interrupted.Once = async () => Assert.Null((await raced.FindAsync(JwtAlgorithm.ES256, "one", CancellationToken.None)).Key);
        Assert.Null((await raced.FindAsync(JwtAlgorithm.ES256, "one", CancellationToken.None)).Key);
        Assert.Null(interrupted.Once);
    }

    [Fact]
    public async Task Find_KeyThatWasWithdrawn_EndsWithTheNextRead()
    {
        Assert.True(await Knows("one"));
        server.Rotate("two");
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.True(await Knows("two"));
        Assert.False(await Knows("one"));
    }

    [Fact]
    public async Task Find_KnownKeyAfterALongSilence_WaitsForTheReadThatMayEndIt()
    {
        Assert.True(await Knows("one"));
        server.Rotate("two");
        time.Advance(TimeSpan.FromMinutes(20));
        Assert.False(await Knows("one"));
        Assert.True(await Knows("two"));
        Assert.Equal(2, server.Reads);
    }

    [Fact]
    public async Task Find_KnownKeyAfterALongSilence_SetNotReadable_IsGoodAndTheNextOnesDoNotWait()
    {
        Assert.True(await Knows("one"));
        using var hang = new SemaphoreSlim(0);
        server.Trouble = async context => await hang.WaitAsync(context.RequestAborted);
        time.Advance(TimeSpan.FromMinutes(20));
        var read = server.NextRead();
        var first = Knows("one");
        await read;
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await first.WaitAsync(Patience));

        time.Advance(TimeSpan.FromSeconds(30));
        read = server.NextRead();
        var lookup = source.FindAsync(JwtAlgorithm.ES256, "one", CancellationToken.None);
        Assert.True(lookup.IsCompletedSuccessfully);
        Assert.NotNull((await lookup).Key);
        await read;
    }

    [Fact]
    public async Task Find_ClockSetBackByADay_StillReadsAgain()
    {
        var clock = new CorrectedClock(time);
        using var own = new JwksKeySource(http, new JwksOptions { Address = server.KeySetAddress }, clock, log.For<JwksKeySource>());
        Assert.NotNull((await own.FindAsync(JwtAlgorithm.ES256, "one", CancellationToken.None)).Key);
        clock.Correction = TimeSpan.FromDays(-1);
        server.Rotate("one", "two");
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.NotNull((await own.FindAsync(JwtAlgorithm.ES256, "two", CancellationToken.None)).Key);
    }

    [Fact]
    public async Task Find_ConnectionThatTakesTooLong_IsNotReadable()
    {
        // How SocketsHttpHandler tells of its ConnectTimeout.
        using var slow = new HttpMessageInvoker(new Throwing(new TaskCanceledException("", new TimeoutException())));
        using var own = new JwksKeySource(slow, new JwksOptions { Address = server.KeySetAddress }, time, log.For<JwksKeySource>());
        Assert.Equal(JwtKeyLookup.NotReadable, await own.FindAsync(JwtAlgorithm.ES256, "one", CancellationToken.None));
        Assert.Equal(1, log.Count(3202));
    }

    [Fact]
    public async Task Find_UnknownKeys_CauseAtMostOneReadInThirtySeconds()
    {
        Assert.True(await Knows("one"));
        for (var i = 0; i < 100; i++) Assert.Equal(JwtKeyLookup.Unknown, await Find($"made-up-{i}"));
        time.Advance(TimeSpan.FromSeconds(29.9));
        Assert.Equal(JwtKeyLookup.Unknown, await Find("made-up"));
        Assert.Equal(1, server.Reads);

        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(JwtKeyLookup.Unknown, await Find("made-up"));
        Assert.Equal(2, server.Reads);
    }

    [Fact]
    public async Task Find_ManyAtOnceBeforeTheFirstRead_ShareOneRead()
    {
        using var hang = new SemaphoreSlim(0);
        server.Trouble = async context =>
        {
            await hang.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync(server.KeySet);
        };
        var read = server.NextRead();
        var lookups = Enumerable.Range(0, 50).Select(_ => Knows("one")).ToArray();
        await read;
        hang.Release();

        Assert.All(await Task.WhenAll(lookups).WaitAsync(Patience), Assert.True);
        Assert.Equal(1, server.Reads);
    }

    [Fact]
    public async Task Find_OneCallerGivesUp_TheOthersStillGetTheKey()
    {
        using var hang = new SemaphoreSlim(0);
        server.Trouble = async context =>
        {
            await hang.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync(server.KeySet);
        };
        using var gone = new CancellationTokenSource();
        var read = server.NextRead();
        var impatient = source.FindAsync(JwtAlgorithm.ES256, "one", gone.Token).AsTask();
        var patient = Knows("one");
        await read;
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient.WaitAsync(Patience));
        hang.Release();
        Assert.True(await patient.WaitAsync(Patience));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("redirect")]
    [InlineData("abort")]
    [InlineData("text")]
    [InlineData("huge")]
    [InlineData("endless")]
    public async Task Find_SetNotReadable_KeepsTheLastGoodKeysAndRecovers(string trouble)
    {
        Assert.True(await Knows("one"));
        server.Trouble = TroubleOf(trouble);
        for (var i = 0; i < 3; i++)
        {
            time.Advance(TimeSpan.FromMinutes(10));
            Assert.Equal(JwtKeyLookup.NotReadable, await Find("two").WaitAsync(Patience));
            Assert.True(await Knows("one"));
        }

        Assert.Equal(1, log.Count(3202));
        server.Trouble = null;
        server.Rotate("one", "two");
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.True(await Knows("two"));
    }

    [Fact]
    public async Task Find_SlowSet_GivesUpAfterFiveSeconds()
    {
        server.Trouble = async context =>
        {
            // Headers and half a body arrive; the rest never does.
            await context.Response.WriteAsync("{\"keys\":[");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };
        var read = server.NextRead();
        var lookup = Find("one");
        await read;
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(lookup.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(JwtKeyLookup.NotReadable, await lookup.WaitAsync(Patience));
    }

    [Fact]
    public async Task Find_NeverReadable_SaysSoInsteadOfUnknown()
    {
        await server.DisposeAsync();
        Assert.Equal(JwtKeyLookup.NotReadable, await Find("one").WaitAsync(Patience));
        Assert.Equal(JwtKeyLookup.NotReadable, await Find("one").WaitAsync(Patience));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task Find_SetSize_EndsAt256KiB(int bytesTooMany, bool accepted)
    {
        var set = server.KeySet;
        server.Trouble = context => context.Response.WriteAsync(set + new string(' ', (256 * 1024) - set.Length + bytesTooMany));
        Assert.Equal(accepted, await Knows("one"));
    }

    private static RequestDelegate TroubleOf(string trouble) => trouble switch
    {
        "status" => context =>
        {
            context.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
            return Task.CompletedTask;
        }
        ,
        "redirect" => context =>
        {
            context.Response.Redirect("https://evil.example/jwks.json");
            return Task.CompletedTask;
        }
        ,
        "abort" => context =>
        {
            context.Abort();
            return Task.CompletedTask;
        }
        ,
        "text" => context => context.Response.WriteAsync("<html>maintenance</html>"),
        "huge" => context => context.Response.WriteAsync(new string(' ', (256 * 1024) + 1)),
        "endless" => async context =>
        {
            var block = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(block);
        }
        ,
        _ => throw new ArgumentOutOfRangeException(nameof(trouble), trouble, null),
    };

    private async Task<bool> Knows(string kid) => (await Find(kid)).Key is not null;

    private Task<JwtKeyLookup> Find(string kid) => source.FindAsync(JwtAlgorithm.ES256, kid, CancellationToken.None).AsTask();

    /// <summary>Somebody corrects the time of day; what the clock measures goes on.</summary>
    private sealed class CorrectedClock(TimeProvider inner) : TimeProvider
    {
        public TimeSpan Correction { get; set; }

        public override long TimestampFrequency => inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Correction;

        public override long GetTimestamp() => inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            inner.CreateTimer(callback, state, dueTime, period);
    }

    private sealed class Throwing(Exception problem) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(problem);
    }

    /// <summary>Has something else happen, once and as a whole, where the time is asked for.</summary>
    private sealed class InterruptedTime(TimeProvider time) : TimeProvider
    {
        public Func<Task>? Once { get; set; }

        public override long TimestampFrequency => time.TimestampFrequency;

        public override long GetTimestamp()
        {
            if (Once is { } happens)
            {
                Once = null;
                Task.Run(happens).GetAwaiter().GetResult();
            }

            return time.GetTimestamp();
        }

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            time.CreateTimer(callback, state, dueTime, period);
    }
}
