using System.Text;
using Dapr;
using Gateway.Dapr.Tests.Kit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Gateway.Dapr.Tests.AspNetCore;

public class CloudEventsTests : IAsyncLifetime
{
    private const string CloudEvent = "application/cloudevents+json";
    private TestApp app = null!;

    public async ValueTask InitializeAsync() => app = await StartAsync(new CloudEventsMiddlewareOptions());

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("""{"specversion":"1.0","data":{"a":"ü"}}""", "application/json", "{\"a\":\"\\u00FC\"}")]
    [InlineData("""{"data":{"a":1},"datacontenttype":"application/json"}""", "application/json", """{"a":1}""")]
    [InlineData("""{"data":"text","datacontenttype":"application/json"}""", "application/json", "\"text\"")]
    [InlineData("""{"data":"text","datacontenttype":"text/plain"}""", "text/plain", "text")]
    [InlineData("""{"data":"text","datacontenttype":"text/plain; charset=utf-16"}""", "text/plain", "text")]
    [InlineData("""{"data":"text","datacontenttype":"application/vnd.x+json"}""", "application/vnd.x+json", "\"text\"")]
    [InlineData("""{"data":5,"datacontenttype":"text/plain"}""", "text/plain", "5")]
    [InlineData("""{"data":null}""", "application/json", "null")]
    [InlineData("""{"data_base64":"aGVsbG8=","datacontenttype":"application/octet-stream"}""", "application/octet-stream", "hello")]
    [InlineData("""{"DATA_BASE64":"aGVsbG8="}""", "application/json", "hello")]
    [InlineData("""{"Data":1}""", "application/json", "1")]
    [InlineData("""{"specversion":"1.0"}""", "", "")]
    public async Task Body_CloudEvent_BecomesItsData(string body, string type, string data)
    {
        using var response = await app.SendAsync("POST", "/echo", body, CloudEvent);
        Assert.Equal($"{type}|{data.Length}|{data}", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Body_WithCharsetParameter_IsUnwrapped()
    {
        using var response = await app.SendAsync("POST", "/echo", """{"data":1}""", CloudEvent + "; charset=utf-8");
        Assert.Equal("application/json|1|1", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Body_OfAnotherCharset_IsDecoded()
    {
        using var client = new HttpClient { BaseAddress = app.Address };
        using var content = new StringContent("""{"data":"ü","datacontenttype":"text/plain"}""", Encoding.Unicode, CloudEvent);
        using var response = await client.PostAsync("/echo", content);
        Assert.Equal("text/plain|2|ü", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("""{"data":1,"data_base64":"aGVsbG8="}""")]
    [InlineData("""{"data_base64":"no base64!"}""")]
    [InlineData("""{"data_base64":5}""")]
    [InlineData("[1]")]
    [InlineData("not json")]
    [InlineData("")]
    public async Task Body_ThatIsNoCloudEvent_Is400(string body)
    {
        using var response = await app.SendAsync("POST", "/echo", body, CloudEvent);
        Assert.Equal(400, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/cloudevents-batch+json")]
    [InlineData("text/plain")]
    public async Task Body_OfAnotherType_IsLeftAlone(string type)
    {
        using var response = await app.SendAsync("POST", "/echo", """{"data":1}""", type);
        Assert.Equal($$"""{{type}}|10|{"data":1}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Body_SuppressedDecoding_StaysJson()
    {
        await using var suppressed = await StartAsync(new CloudEventsMiddlewareOptions { SuppressJsonDecodingOfTextPayloads = true });
        using var response = await suppressed.SendAsync("POST", "/echo", """{"data":"text","datacontenttype":"text/plain"}""", CloudEvent);
        Assert.Equal("text/plain|6|\"text\"", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Body_BoundByAnEndpoint_IsTheData()
    {
        using var response = await app.SendAsync("POST", "/bound", """{"data":{"orderId":7},"datacontenttype":"application/json"}""", CloudEvent);
        Assert.Equal("7", await response.Content.ReadAsStringAsync());
    }

    private static Task<TestApp> StartAsync(CloudEventsMiddlewareOptions options) => TestApp.StartAsync(
        _ => { },
        app =>
        {
            app.UseCloudEvents(options);
            app.MapPost("/echo", async (HttpRequest request) =>
            {
                using var reader = new StreamReader(request.Body);
                return $"{request.ContentType}|{request.ContentLength}|{await reader.ReadToEndAsync()}";
            });
            app.MapPost("/bound", (Order order) => order.OrderId);
        });

    private sealed record Order(int OrderId);
}
