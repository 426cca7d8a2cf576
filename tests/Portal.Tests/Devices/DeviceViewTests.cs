using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Gateway.Portal.Devices;
using Gateway.Portal.Fleet;
using Gateway.Portal.Shell;
using QRCoder;

namespace Gateway.Portal.Tests.Devices;

public sealed class DeviceViewTests
{
    private static readonly MetricKind Processor = MetricKind.ToDraw(["cpu"]).Single();

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Metrics_OfHeartbeats_AreKeptOnceAndBounded()
    {
        var history = new MetricHistory();
        for (var i = 0; i < MetricHistory.Capacity + 5; i++)
        {
            var metrics = JsonSerializer.SerializeToElement(new { cpu = i, note = "text" });
            history.Add(Now.AddSeconds(i), metrics);
            history.Add(Now.AddSeconds(i), metrics);
        }

        history.Add(null, JsonSerializer.SerializeToElement(new { cpu = 1 }));
        history.Add(Now, null);
        Assert.Equal(["cpu"], history.Names);
        Assert.Equal(MetricHistory.Capacity, history["cpu"].Count);
        Assert.Equal((5, MetricHistory.Capacity + 4), (history["cpu"][0].Value, history["cpu"][^1].Value));
        Assert.Empty(history["memory"]);
    }

    [Fact]
    public void Metric_WithASilence_IsDrawnOverTimeAndWithAGap()
    {
        MetricSample[] samples = [new(Now, 0), new(Now.AddSeconds(30), 100), new(Now.AddSeconds(150), 50), new(Now.AddSeconds(300), 0), new(Now.AddSeconds(300), 25)];
        var drawing = MetricDrawing.Of(Processor, samples);
        Assert.Equal("M0 30L12 2M60 16h0M120 30L120 23", drawing.Line);
        Assert.Equal("M0 32L0 30L12 2L12 32ZM60 32L60 16L60 32ZM120 32L120 30L120 23L120 32Z", drawing.Area);
        Assert.Equal("Processor: now 25 %; lowest 0 %, highest 100 % of the last 5 heartbeats in 5 min 0 s, silent 2 times in between", drawing.Description);
    }

    [Fact]
    public void Metric_OfOneHeartbeat_IsALineAndItsValue()
    {
        var drawing = MetricDrawing.Of(Processor, [new MetricSample(Now, 50)]);
        Assert.Equal(("M0 16H120", "", "Processor: 50 %"), (drawing.Line, drawing.Area, drawing.Description));
    }

    [Fact]
    public void MetricKinds_OfADevice_AreTheAgentsFirstAndOthersByName() =>
        Assert.Equal(["cpu", "memory", "fan"], MetricKind.ToDraw(["fan", "uptime", "memory", "cpu"]).Select(kind => kind.Name));

    [Theory]
    [InlineData(5, "5 s")]
    [InlineData(125, "2 min 5 s")]
    [InlineData(3_700, "1 h 1 min")]
    [InlineData(200_000, "2 d 7 h")]
    public void Duration_InSeconds_HasItsTwoLargestUnits(double seconds, string words) => Assert.Equal(words, MetricKind.Duration(seconds));

    [Theory]
    [InlineData(-2, "just now")]
    [InlineData(-30, "30 s ago")]
    [InlineData(-7_200, "2 h ago")]
    [InlineData(14_390, "in 4 h")]
    [InlineData(259_200, "in 3 days")]
    public void Time_FromNow_IsToldInOneUnit(double seconds, string words) => Assert.Equal(words, Times.Ago(Now.AddSeconds(seconds), Now));

    [Theory]
    [InlineData("pi-1", true)]
    [InlineData("Küche", false)]
    [InlineData("a/b", false)]
    [InlineData("..", false)]
    [InlineData("", false)]
    public void ProvisionForm_TakesTheIdsThatTheApiTakes(string id, bool isValid)
    {
        var form = new ProvisionForm { Id = id, Name = " " };
        Assert.Equal(isValid, Validator.TryValidateObject(form, new ValidationContext(form), [], validateAllProperties: true));
        Assert.Null(form.NameOrNull);
    }

    [Theory]
    [InlineData(null, null, null, "/")]
    [InlineData("online", " a&b ", 3, "/?status=online&search=a%26b&page=3")]
    [InlineData("nonsense", "", 0, "/")]
    public void FleetQuery_FromAnAddress_MakesTheSameAddress(string? status, string? search, int? page, string address)
    {
        var query = FleetQuery.Of(status, search, page);
        Assert.Equal(address, query.Address());
    }

    [Fact]
    public void RegisterCommand_IsTheAgents() => Assert.Equal(
        "dotnet run --project src/Agent -- register --server http://localhost:8000 --device pi-1 --code ABCDE-12345",
        AgentCommandLine.Register("http://localhost:8000/", "pi-1", "ABCDE-12345"));

    [Fact]
    public void NodeCommand_IsTheAgents() => Assert.Equal(
        "dotnet run --project src/Agent -- node run --server http://localhost:8000 --node node-001 --devices 20", AgentCommandLine.Node("http://localhost:8000/"));

    [Fact]
    public void QrPath_DrawsExactlyTheDarkModules()
    {
        using var code = QRCodeGenerator.GenerateQrCode(AgentCommandLine.Register("http://localhost:8000/", "pi-1", "ABCDE-12345"), QRCodeGenerator.ECCLevel.M);
        var drawn = code.ModuleMatrix.Select(row => new BitArray(row.Length)).ToList();
        foreach (var run in QrPath.Of(code.ModuleMatrix).Split('z', StringSplitOptions.RemoveEmptyEntries))
        {
            // M{x} {y}h{length}v1h-{length}
            var parts = run[1..].Split(' ', 'h', 'v');
            for (var x = 0; x < int.Parse(parts[2]); x++) drawn[int.Parse(parts[1])][int.Parse(parts[0]) + x] = true;
        }

        Assert.Equal(code.ModuleMatrix.Select(row => row.Cast<bool>()), drawn.Select(row => row.Cast<bool>()));
        // The finder pattern stands inside a quiet zone of four modules (ISO 18004, 6.3.3 and 6.3.8).
        Assert.All(drawn[0].Cast<bool>().Concat(drawn[3].Cast<bool>()), Assert.False);
        Assert.Equal(Enumerable.Repeat(true, 7), drawn[4].Cast<bool>().Skip(4).Take(7));
    }

    [Theory]
    [InlineData("Küche ✓ باب", "Küche ✓ باب")]
    [InlineData("می\u200cخواهم", "می\u200cخواهم")]
    [InlineData("photo\u202egnp.exe", @"photo\u202egnp.exe")]
    [InlineData("a\u2066b", @"a\u2066b")]
    public void Name_ThatTurnsItsDirection_ShowsThat(string name, string shown) => Assert.Equal(shown, ShownText.Name(name));

    [Theory]
    [InlineData("""{"a":"rm -rf /home\u202e// safe"}""", """{"a":"rm -rf /home\u202e// safe"}""")]
    [InlineData("{\"a\":\"x\u200by\u00a0z\ufeff\u2028\U000e0041\"}", """{"a":"x\u200by\u00a0z\ufeff\u2028\udb40\udc41"}""")]
    [InlineData("{\"a\":\"\u3164\ufe0f\u2800\"}", """{"a":"\u3164\ufe0f\u2800"}""")]
    [InlineData("""{"a":"Grüße 😀 日本"}""", """{"a":"Grüße 😀 日本"}""")]
    public void Payload_WithWhatIsNotSeen_ShowsItAndMeansTheSame(string json, string shown)
    {
        Assert.Equal(shown, ShownText.Exact(json));
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(json), JsonElement.Parse(shown)));
    }

    [Theory]
    [InlineData("""{"a":1}""", "{\n  \"a\": 1\n}")]
    [InlineData("plain { text", "plain { text")]
    [InlineData("{ not json", "{ not json")]
    [InlineData("<ü>", "<ü>")]
    public void JsonText_OfOutput_IndentsWhatIsJson(string text, string shown) => Assert.Equal(shown, JsonText.Pretty(text));
}
