using System.Text;
using Gateway.Sidecar.Json;

namespace Gateway.Sidecar.Tests.Json;

/// <summary>JSON of protobuf messages: https://protobuf.dev/programming-guides/json/.</summary>
public sealed class ProtoJsonTests
{
    [Theory]
    [InlineData("""{"someName":"x"}""", "x")]
    [InlineData("""{"some_name":"x"}""", "x")]
    [InlineData("""{"someName":null}""", null)]
    [InlineData("""{"other":1}""", null)]
    [InlineData("", null)]
    public void Text_ByEitherName_IsRead(string body, string? value) => Assert.Equal(value, Parse(body).Text("someName", "some_name"));

    [Theory]
    [InlineData("""{"n":0.5}""", 0.5)]
    [InlineData("""{"n":"1e2"}""", 100)]
    public void Number_AlsoAsAText_IsRead(string body, double value) => Assert.Equal(value, Parse(body).Number("n"));

    [Theory]
    [InlineData("[]", "proto: syntax error (line 1:1): unexpected token [")]
    [InlineData("""{"f":1}""", "proto: (line 1:6): invalid value for string field f: 1")]
    [InlineData("{\n  \"ü\": 1, \"f\": {}}", "proto: (line 2:16): invalid value for string field f: {")]
    [InlineData("""{"f":"x""", "proto: unexpected EOF")]
    [InlineData("""{"f":x}""", "proto: syntax error (line 1:6): invalid value")]
    public void Body_ThatIsNone_TellsWhere(string body, string error) =>
        Assert.Equal(error, Assert.Throws<ProtoJsonException>(() => Parse(body).Text("f")).Message);

    [Fact]
    public void Flag_ThatIsNone_TellsWhere() =>
        Assert.Equal("proto: (line 1:6): invalid value for bool field f: \"true\"", Assert.Throws<ProtoJsonException>(() => Parse("""{"f":"true"}""").Flag("f")).Message);

    private static ProtoJson Parse(string body) => ProtoJson.Parse(Encoding.UTF8.GetBytes(body));
}
