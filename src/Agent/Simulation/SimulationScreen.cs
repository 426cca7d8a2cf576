using System.Globalization;
using Spectre.Console;

namespace Gateway.Agent.Simulation;

/// <summary>Shows how far a simulation is and what came of it: bars and tables on a terminal, plain lines elsewhere.</summary>
/// <param name="output">Where to.</param>
/// <param name="time">The clock.</param>
public sealed class SimulationScreen(TextWriter output, TimeProvider time)
{
    private const int Wide = 110;

    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(250), NextLine = TimeSpan.FromSeconds(5);

    private readonly bool isTerminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;

    /// <summary>For lines of text.</summary>
    internal TextWriter Output => output;

    /// <summary>Writes tables.</summary>
    internal void Write(params IEnumerable<Table> tables)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        if (!isTerminal) console.Profile.Width = Wide;
        foreach (Table table in tables) console.Write(table);
    }

    /// <summary>Shows progress until the work is done; what it throws comes through.</summary>
    internal async Task<T> ShowAsync<T>(SimulationProgress progress, Task<T> work, CancellationToken cancel)
    {
        if (isTerminal) await ShowBarsAsync(progress, work, cancel);
        else await ShowLinesAsync(progress, work, cancel);
        return await work;
    }

    private async Task ShowBarsAsync(SimulationProgress progress, Task work, CancellationToken cancel) =>
        await AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }).Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 20 }, new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async context =>
            {
                var bars = new Dictionary<string, ProgressTask>();
                while (!work.IsCompleted)
                {
                    await WaitAsync(work, Redraw, cancel);
                    Phase phase = progress.Current;
                    if (!bars.TryGetValue(phase.Name, out ProgressTask? bar))
                    {
                        foreach (ProgressTask earlier in bars.Values) earlier.Value = earlier.MaxValue;
                        bars.Add(phase.Name, bar = context.AddTask(phase.Name));
                    }

                    bar.MaxValue = phase.Total;
                    bar.Value = phase.Done;
                    bar.Description = Markup.Escape($"{phase.Name,-12} {progress[Counted.Accepted]} sent, {progress[Counted.Results]} done");
                }

                foreach (ProgressTask bar in bars.Values) bar.Value = bar.MaxValue;
            });

    private async Task ShowLinesAsync(SimulationProgress progress, Task work, CancellationToken cancel)
    {
        string shown = "";
        long since = time.GetTimestamp();
        while (!work.IsCompleted)
        {
            await WaitAsync(work, Redraw, cancel);
            Phase phase = progress.Current;
            if (phase.Name == shown && time.GetElapsedTime(since) < NextLine) continue;
            (shown, since) = (phase.Name, time.GetTimestamp());
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{phase.Name,-12} {phase.Done,6} of {phase.Total}   {Counters(progress)}"));
        }
    }

    private async Task WaitAsync(Task work, TimeSpan most, CancellationToken cancel) =>
        await Task.WhenAny(work, Task.Delay(most, time, cancel));

    private static string Counters(SimulationProgress progress) => string.Create(
        CultureInfo.InvariantCulture,
        $"{progress[Counted.Accepted]} commands, {progress[Counted.Results]} results, {progress[Counted.Requests]} requests, {progress[Counted.Throttled]} throttled");
}
