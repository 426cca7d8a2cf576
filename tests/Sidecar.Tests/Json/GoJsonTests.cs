using System.Text;
using System.Text.Json;
using Gateway.Sidecar.Json;

namespace Gateway.Sidecar.Tests.Json;

/// <summary>JSON as Go writes it: https://pkg.go.dev/encoding/json#Marshal.</summary>
public sealed class GoJsonTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "-0")]
    [InlineData("-12", "-12")]
    [InlineData("9007199254740991", "9007199254740991")]
    [InlineData("9007199254740993", "9007199254740992")]
    [InlineData("12345678901234567890", "12345678901234567000")]
    [InlineData("1e20", "100000000000000000000")]
    [InlineData("1e21", "1e+21")]
    [InlineData("-2.5E+30", "-2.5e+30")]
    [InlineData("0.1", "0.1")]
    [InlineData("1.50", "1.5")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("0.00001234", "0.00001234")]
    [InlineData("0.0000001", "1e-7")]
    [InlineData("1.5e-10", "1.5e-10")]
    [InlineData("123456789.125", "123456789.125")]
    public void Normalize_Number_IsWrittenAsAFloat64(string number, string written) => Assert.Equal(written, Normalize(number));

    [Theory]
    [InlineData("""{"b":1,"a":2,"B":3}""", """{"B":3,"a":2,"b":1}""")]
    [InlineData("""{"a":1,"a":2}""", """{"a":2}""")]
    [InlineData("""{"":[true,false,null]}""", """{"":[true,false,null]}""")]
    [InlineData("""["\u0000\u001f\b\f\n\r\t\"\\/"]""", """["\u0000\u001f\b\f\n\r\t\"\\/"]""")]
    [InlineData("""["\u2028\u2029\u007f"]""", "[\"\\u2028\\u2029\u007f\"]")]
    public void Normalize_Text_IsSortedAndEscapedAsInGo(string value, string written) => Assert.Equal(written, Normalize(value));

    private static string Normalize(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return Encoding.UTF8.GetString(GoJson.Normalize(document.RootElement));
    }
}
