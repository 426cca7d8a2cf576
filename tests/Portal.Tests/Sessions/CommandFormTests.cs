using System.Text.RegularExpressions;
using Gateway.Portal.Sessions;

namespace Gateway.Portal.Tests.Sessions;

public sealed partial class CommandFormTests
{
    private readonly CommandForm form = new();

    [Fact]
    public void Make_WithDefaults_SendsWhatDiffers()
    {
        form.Choose("ping");
        form[Field("host")] = " example.org ";
        form[Field("count")] = "7";
        var command = form.Make()!;
        Assert.Equal("ping", command.Type);
        Assert.Equal("""{"host":"example.org","count":7}""", command.Parameters!.Value.GetRawText());
        form[Field("count")] = "4";
        Assert.Equal("""{"host":"example.org"}""", form.Make()!.Parameters!.Value.GetRawText());
    }

    [Theory]
    [InlineData("count", "0")]
    [InlineData("count", "11")]
    [InlineData("count", "many")]
    [InlineData("host", " ")]
    public void Make_WithAWrongField_NamesIt(string name, string text)
    {
        form.Choose("ping");
        form[Field("host")] = "example.org";
        form[Field(name)] = text;
        Assert.Null(form.Make());
        Assert.Equal([name], form.Errors.Keys);
    }

    [Fact]
    public void Make_OfAScript_SendsItsArgumentsLineByLine()
    {
        form.Choose("run_script");
        form[Field("name")] = "cleanup";
        form[Field("args")] = "--all\n\n two words \r\n";
        Assert.Equal("""{"name":"cleanup","args":["--all","two words"]}""", form.Make()!.Parameters!.Value.GetRawText());
    }

    [Fact]
    public void Make_OfAnyType_TakesJsonAsItIs()
    {
        form.Choose(CommandForm.Free);
        form.FreeType = "scan";
        form.FreeParameters = """{"deep":[1,{"a":null}]}""";
        form.Priority = 9;
        form.RequiresApproval = true;
        var command = form.Make()!;
        Assert.Equal(("scan", 9, true), (command.Type, command.Priority, command.RequiresApproval));
        Assert.Equal(form.FreeParameters, command.Parameters!.Value.GetRawText());
    }

    [Fact]
    public void Make_OfAnyTypeThatIsNone_SaysWhere()
    {
        form.Choose(CommandForm.Free);
        form.FreeType = "no spaces";
        form.FreeParameters = "{\n  \"a\": ?\n}";
        Assert.Null(form.Make());
        Assert.Equal(["parameters", "type"], form.Errors.Keys.Order());
        Assert.Contains("line 2", form.Errors["parameters"], StringComparison.Ordinal);
    }

    [Fact]
    public void Key_OfACommand_IsTheSameUntilItWasAccepted()
    {
        var key = form.Make()!.IdempotencyKey;
        Assert.Equal(key, form.Make()!.IdempotencyKey);
        form.Accepted();
        Assert.NotEqual(key, form.Make()!.IdempotencyKey);
    }

    [Fact]
    public void Commands_OfTheForm_AreThoseOfTheAgent()
    {
        // | `ping` | `host`, `count` 1–10 (4) | what ping(8) prints |
        var rows = File.ReadLines(Path.Combine(Root(), "src", "Agent", "README.md"))
            .SkipWhile(line => !line.StartsWith("## Commands", StringComparison.Ordinal)).Skip(3).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split('|'));
        var documented = rows.ToDictionary(row => row[1].Trim(' ', '`'), row => Names().Matches(row[2]).Select(match => match.Groups[1].Value).ToHashSet());
        Assert.Equal(documented.Keys.Order(StringComparer.Ordinal), AgentCommands.All.Select(command => command.Name).Order(StringComparer.Ordinal));
        Assert.All(AgentCommands.All, command => Assert.Subset(documented[command.Name], command.Fields.Select(field => field.Name).ToHashSet()));
    }

    private CommandField Field(string name) => form.Command!.Fields.Single(field => field.Name == name);

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Gateway.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    [GeneratedRegex("`([a-zA-Z]+)`")]
    private static partial Regex Names();
}
