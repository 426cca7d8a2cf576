using Gateway.Portal.Emergencies;

namespace Gateway.Portal.Tests.Emergencies;

public sealed class EmergencyFormTests
{
    [Theory]
    [InlineData("slow", "node-1", "")]
    [InlineData(" ", "node-1", "reason")]
    [InlineData("slow", "node-2", "typed")]
    [InlineData("", "NODE-1", "reason,typed")]
    public void SoftReset_NeedsAReasonAndTheTargetsName(string reason, string typed, string wrong) =>
        Assert.Equal(wrong, Wrong(new EmergencyForm("node-1") { Reason = reason, Typed = typed }));

    [Theory]
    [InlineData("ABC234", "abc234 ", "orion", "")]
    [InlineData("ABC234", "orchestrator", "orion", "typed")]
    [InlineData("ABC234", "ABC234", "", "approver")]
    [InlineData(null, "ABC234", "orion", "typed")]
    public void ServiceReset_NeedsAnApproverAndTheCodeThatWasIssued(string? code, string typed, string approver, string wrong) => Assert.Equal(
        wrong, Wrong(new EmergencyForm(EmergencyForm.AllNodes) { IsService = true, Reason = "slow", Code = code, Typed = typed, Approver = approver }));

    private static string Wrong(EmergencyForm form)
    {
        Assert.Equal(form.Check(), form.Errors.Count == 0);
        return string.Join(',', form.Errors.Keys.Order(StringComparer.Ordinal));
    }
}
