using System.Globalization;

namespace Gateway.Bench;

/// <summary>What to measure.</summary>
/// <param name="Seconds">How long each measurement lasts. Default 5.</param>
/// <param name="Clients">Numbers of clients at once. Default 1, 16, 64.</param>
/// <param name="Svg">Where to write the picture; null: nowhere.</param>
internal sealed record BenchOptions(double Seconds, int[] Clients, string? Svg)
{
    public static BenchOptions Parse(string[] args)
    {
        var options = new BenchOptions(5, [1, 16, 64], null);
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            options = args[i] switch
            {
                "--seconds" => options with { Seconds = double.Parse(args[i + 1], CultureInfo.InvariantCulture) },
                "--clients" => options with { Clients = [.. args[i + 1].Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))] },
                "--svg" => options with { Svg = args[i + 1] },
                _ => throw new ArgumentException($"{args[i]} is not known: --seconds, --clients, --svg."),
            };
        }

        return options;
    }
}
