using Gateway.Portal.Sessions;
using Gateway.Portal.Tests.Kit;
using Gateway.TestKit;

namespace Gateway.Portal.Tests.Sessions;

public sealed class CommandFieldsTests
{
    [Fact]
    public async Task Fields_OfACommand_TellTheirRangeUntilSomethingIsWrong()
    {
        var form = new CommandForm();
        form.Choose("tcp_check");
        var parameters = new Dictionary<string, object?> { ["Form"] = form, ["Offered"] = new HashSet<string> { "ping" } };
        await using var page = await LivePage.OpenAsync<CommandFields>(new ManualTimeProvider(), parameters);
        var text = await page.TextAsync();
        Assert.Contains("1 to 65535", text, StringComparison.Ordinal);
        Assert.Contains("This device does not take it", text, StringComparison.Ordinal);

        Assert.Null(form.Content());
        await page.ShowAsync<CommandFields>(parameters);
        text = await page.TextAsync();
        Assert.Contains("This is needed.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("1 to 65535", text, StringComparison.Ordinal);
    }
}
