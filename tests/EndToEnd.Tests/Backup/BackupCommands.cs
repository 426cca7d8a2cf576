using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests.Backup;

/// <summary><c>export</c> and <c>import</c> as an operator runs them.</summary>
internal static class BackupCommands
{
    /// <summary>Exports what the settings name; it must succeed.</summary>
    public static async Task ExportAsync(Bench bench, IReadOnlyDictionary<string, string?> settings, string file, params IEnumerable<string> options)
    {
        var export = bench.Start("export", BuiltProgram.Api, ["export", "--to", file, .. options], settings);
        Assert.True(await export.ExitAsync() == 0, export.Errors);
        Assert.Empty(export.Output);
        Assert.DoesNotContain("warning", export.Errors, StringComparison.Ordinal);
    }

    /// <summary>Imports into what the settings name; it must succeed.</summary>
    public static async Task ImportAsync(Bench bench, IReadOnlyDictionary<string, string?> settings, string file)
    {
        var import = bench.Start("import", BuiltProgram.Api, ["import", "--from", file], settings);
        Assert.True(await import.ExitAsync() == 0, import.Errors);
    }

    /// <summary>Runs a command that must fail; its one line on standard error.</summary>
    public static async Task<string> FailAsync(Bench bench, IReadOnlyDictionary<string, string?> settings, params IReadOnlyList<string> arguments)
    {
        var command = bench.Start(arguments[0], BuiltProgram.Api, arguments, settings);
        Assert.Equal(1, await command.ExitAsync());
        return command.Errors.Split('\n')[^1];
    }

    /// <summary>The same settings with another data folder.</summary>
    public static Dictionary<string, string?> At(this IReadOnlyDictionary<string, string?> settings, string dataPath) =>
        new(settings) { ["Gateway__DataPath"] = dataPath };
}
