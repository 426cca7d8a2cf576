using System.Globalization;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace Gateway.Agent.CommandLine;

/// <summary>
/// One readable line for each message: time, level, text. Coloured on a terminal, plain elsewhere and with NO_COLOR. Text from outside
/// cannot forge a line or colour one: control characters become blanks. Thread-safe.
/// </summary>
internal sealed class ConsoleLog(TextWriter writer, LogLevel least, TimeProvider time) : ILogger
{
    private readonly Lock gate = new();
    private readonly IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });

    // Spectre asks TERM alone, which also a redirected stream inherits; no-color.org: any value that is not empty counts.
    private readonly bool coloured =
        ReferenceEquals(writer, Console.Error) && !Console.IsErrorRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        string text = new([.. formatter(state, exception).Select(letter => char.IsControl(letter) ? ' ' : letter)]);
        string at = time.GetLocalNow().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        (string level, string colour) = logLevel switch
        {
            LogLevel.Debug or LogLevel.Trace => ("debug", "grey"),
            LogLevel.Warning => ("warn ", "yellow"),
            LogLevel.Error or LogLevel.Critical => ("error", "red"),
            _ => ("info ", "green"),
        };
        lock (gate)
        {
            // Only the head goes through Spectre, which would break a long text into lines of the terminal's width.
            if (coloured)
                console.Markup($"[grey]{at}[/] [{colour}]{level}[/] ");
            else
                writer.Write($"{at} {level} ");
            writer.WriteLine(text);
        }
    }
}
