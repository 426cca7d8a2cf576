using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.Secrets;

/// <summary>Files that the embedded sidecar cannot use.</summary>
public sealed class SecretsFileTests
{
    [Theory]
    [InlineData("{\"a\":\n\"secret", "is not valid JSON (line 2)")]
    [InlineData("[]", "must hold a JSON object")]
    [InlineData(null, "does not exist")]
    public async Task File_ThatCannotBeUsed_IsOneClearLineWithoutItsText(string? text, string reason)
    {
        string path = Path.Combine(TestSidecar.NewFolder(), "secrets.json");
        if (text is not null) await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<SidecarStartException>(() =>
            TestSidecar.StartAsync(TestSidecar.Component("s", "secretstores.local.file", "", ("secretsFile", path))));
        Assert.EndsWith($"component 's' (secretstores.local.file/v1): secretsFile {path} {reason}", error.Message);
    }
}
