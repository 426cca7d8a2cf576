using System.Globalization;

namespace Gateway.Agent.Tests.Scripted;

internal static class ProcessAssert
{
    /// <summary>Whether the process whose id a script wrote into a file is there and no zombie.</summary>
    public static bool IsAlive(string pidFile)
    {
        string stat = $"/proc/{int.Parse(File.ReadAllText(pidFile), CultureInfo.InvariantCulture)}/stat";
        try
        {
            string text = File.ReadAllText(stat);
            return text[(text.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Waits until a file is there and not empty.</summary>
    public static async Task FileAppearsAsync(string path, int seconds = 15)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), TimeProvider.System);
        while (!File.Exists(path) || new FileInfo(path).Length == 0) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
    }
}
