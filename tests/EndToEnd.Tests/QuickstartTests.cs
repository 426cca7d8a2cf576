using System.Globalization;
using System.Text.RegularExpressions;
using Gateway.EndToEnd.Tests.Driver;
using Gateway.TestKit;

namespace Gateway.EndToEnd.Tests;

/// <summary>
/// <c>docs/quickstart.md</c> as it stands: its shell blocks are typed in their order into one bash, and what it shows below a block must
/// have come out of it.
/// </summary>
public sealed partial class QuickstartTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Page_TypedAsItStands_ShowsWhatItSays_AndLeavesNothingRunning()
    {
        var blocks = Fence().Matches(await File.ReadAllTextAsync(Path.Combine(BuiltProgram.Root, "docs", "quickstart.md")));
        var shell = blocks.Where(block => block.Groups["language"].Value == "bash").ToList();
        Assert.True(shell.Count >= 7, "Where are the page's shell blocks?");
        await using var bench = new Bench();
        var url = $"http://localhost:{Text(FreePort.Next())}";

        // A mark in front of what each block says. Ports are chosen as the page explains.
        var typed = await TypedPage.TypeAsync(
            bench, "quickstart", string.Concat(shell.Select((block, i) => $"echo '{Mark(i)}'\n{block.Groups["text"].Value}\n")),
            new Dictionary<string, string?>
            {
                ["Gateway__PublicUrl"] = url,
                ["Gateway__AppPort"] = Text(FreePort.Next()),
                ["Gateway__Sidecar__HttpPort"] = Text(FreePort.Next()),
            });

        Assert.Equal(0, await typed.ExitAsync(Limit));
        var said = typed.Output + "\n";
        for (var i = 0; i < shell.Count; i++)
        {
            var begin = said.IndexOf(Mark(i), StringComparison.Ordinal);
            var end = i + 1 < shell.Count ? said.IndexOf(Mark(i + 1), StringComparison.Ordinal) : said.Length;
            if (ShownBelow(shell[i]) is { } shown) Assert.Matches(Pattern(shown), said[begin..end]);
        }

        using var http = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri($"{url}/healthz"), TestContext.Current.CancellationToken));
    }

    /// <summary>What the page shows right below a block: the next one, when it is output.</summary>
    private static string? ShownBelow(Match block) => block.NextMatch() is { Success: true } next && next.Groups["language"].Value == "text"
        ? next.Groups["text"].Value
        : null;

    /// <summary>The lines in their order; an ellipsis stands for anything.</summary>
    private static string Pattern(string shown) =>
        string.Join(@"[^\n]*\n(?:[^\n]*\n)*?[^\n]*", shown.Split('\n').Select(line => Regex.Escape(line).Replace("…", ".*", StringComparison.Ordinal)));

    private static string Mark(int block) => $"--- block {Text(block)} ---";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<text>.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
