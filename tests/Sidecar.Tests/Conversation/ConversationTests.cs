using Gateway.Sidecar.Conversation;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.Conversation;

public sealed class EmbeddedEcho(EmbeddedSidecars sidecars) : EchoConformance<EmbeddedSidecars>(sidecars);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdEcho(DaprdSidecars sidecars) : EchoConformance<DaprdSidecars>(sidecars);

public sealed class EmbeddedOpenAi(EmbeddedSidecars sidecars) : OpenAiConformance<EmbeddedSidecars>(sidecars);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdOpenAi(DaprdSidecars sidecars) : OpenAiConformance<DaprdSidecars>(sidecars);

/// <summary>What is the embedded sidecar's own: components that cannot be used, and what it takes for personal.</summary>
public sealed class ConversationTests
{
    [Theory]
    [InlineData("conversation.openai", "model", "m", "key is missing")]
    [InlineData("conversation.openai", "apiType", "azure", "apiType 'azure' is not supported")]
    [InlineData("conversation.openai", "cacheTTL", "10m", "cacheTTL is not supported")]
    [InlineData("conversation.openai", "endpoint", "here", "endpoint 'here' is not an address with http:// or https://")]
    [InlineData("conversation.ollama", "model", "m", "couldn't find conversation conversation.ollama/v1")]
    public async Task Component_ThatIsWrong_IsOneClearLine(string type, string name, string value, string reason)
    {
        var error = await Assert.ThrowsAsync<SidecarStartException>(() => TestSidecar.StartAsync(TestSidecar.Component("c", type, "", (name, value))));
        Assert.EndsWith($"component 'c' ({type}/v1): {reason}", error.Message);
    }

    [Theory]
    [InlineData("ping me at someone@example.com!", "ping me at <EMAIL_ADDRESS>!")]
    [InlineData("9144520109@example.com", "<EMAIL_ADDRESS>")]
    [InlineData("here, 6011553157232994", "here, <CREDIT_CARD>")]
    [InlineData("card 4111-1111-1111-1111.", "card <CREDIT_CARD>.")]
    [InlineData("call +919140520809 or (212) 456-7890", "call <PHONE_NUMBER> or <PHONE_NUMBER>")]
    [InlineData("my SSN is 488-23-3729. See https://example.com/emp/488-23-3729", "my SSN is <US_SSN>. See https://example.com/emp/488-23-3729")]
    [InlineData("from 192.168.1.10 and 2001:db8:85a3::8a2e:370:7334", "from <IP> and <IP>")]
    [InlineData("eth0 00:1a:2b:3c:4d:5e", "eth0 <MAC_ADDRESS>")]
    [InlineData("pay DE89 3704 0044 0532 0130 00", "pay <IBAN>")]
    [InlineData("lives at 12 Long Garden Street", "lives at <STREET_ADDRESS>")]
    [InlineData("P.O. Box 283, Springfield 62704", "<PO_BOX>, Springfield <ZIP_CODE>")]
    [InlineData("order 42 of 2026, 3.5 kg, at 10:30", "order 42 of 2026, 3.5 kg, at 10:30")]
    [InlineData("", "")]
    public void PersonalData_InAText_BecomesItsPlaceholder(string text, string scrubbed) => Assert.Equal(scrubbed, PersonalData.Remove(text));
}
