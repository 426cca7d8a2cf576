namespace Gateway.Portal.Terminals;

/// <summary>How a stretch of a terminal's text looks: ECMA-48's "select graphic rendition", in sixteen colours. Others are taken as the nearest of them.</summary>
/// <param name="Ink">0 to 15; null: the terminal's own.</param>
/// <param name="Ground">0 to 15; null: the terminal's own.</param>
/// <param name="IsBold">Code 1.</param>
/// <param name="IsDim">Code 2.</param>
/// <param name="IsItalic">Code 3.</param>
/// <param name="IsUnderlined">Code 4.</param>
/// <param name="IsInverse">Code 7: ink and ground change places.</param>
internal readonly record struct TerminalStyle(
    byte? Ink = null, byte? Ground = null, bool IsBold = false, bool IsDim = false, bool IsItalic = false, bool IsUnderlined = false, bool IsInverse = false)
{
    private static readonly int[] Palette =
    [
        0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
        0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
    ];

    /// <summary>The classes of wwwroot/terminal.css; empty: none.</summary>
    public string Classes
    {
        get
        {
            if (this == default) return "";
            var (ink, ground) = IsInverse ? (Ground, Ink) : (Ink, Ground);
            var classes = new List<string>();
            if (IsInverse && Ink is null) classes.Add("t-inverse");
            else if (ink is not null) classes.Add($"t-ink-{ink}");
            if (ground is not null) classes.Add($"t-ground-{ground}");
            if (IsBold) classes.Add("t-bold");
            if (IsDim) classes.Add("t-dim");
            if (IsItalic) classes.Add("t-italic");
            if (IsUnderlined) classes.Add("t-underlined");
            return string.Join(' ', classes);
        }
    }

    /// <summary>After one sequence's parameters.</summary>
    public TerminalStyle With(ReadOnlySpan<int> codes)
    {
        var style = codes.IsEmpty ? default : this;
        for (var i = 0; i < codes.Length; i++)
        {
            var code = codes[i];
            if (code is 38 or 48)
            {
                var colour = Colour(codes[(i + 1)..], out var used);
                style = code == 38 ? style with { Ink = colour } : style with { Ground = colour };
                i += used;
            }
            else
            {
                style = style.With(code);
            }
        }

        return style;
    }

    private TerminalStyle With(int code) => code switch
    {
        0 => default,
        1 => this with { IsBold = true },
        2 => this with { IsDim = true },
        3 => this with { IsItalic = true },
        4 => this with { IsUnderlined = true },
        7 => this with { IsInverse = true },
        22 => this with { IsBold = false, IsDim = false },
        23 => this with { IsItalic = false },
        24 => this with { IsUnderlined = false },
        27 => this with { IsInverse = false },
        >= 30 and <= 37 => this with { Ink = (byte)(code - 30) },
        39 => this with { Ink = null },
        >= 40 and <= 47 => this with { Ground = (byte)(code - 40) },
        49 => this with { Ground = null },
        >= 90 and <= 97 => this with { Ink = (byte)(code - 82) },
        >= 100 and <= 107 => this with { Ground = (byte)(code - 92) },
        _ => this,
    };

    /// <summary>What follows 38 and 48: <c>5;n</c> of 256 colours, or <c>2;r;g;b</c>.</summary>
    private static byte? Colour(ReadOnlySpan<int> codes, out int used)
    {
        switch (codes)
        {
            case [5, var n, ..]:
                used = 2;
                return n switch
                {
                    < 16 => (byte)n,
                    < 232 => Nearest(Level((n - 16) / 36), Level((n - 16) / 6 % 6), Level((n - 16) % 6)),
                    _ => Nearest(8 + ((n - 232) * 10), 8 + ((n - 232) * 10), 8 + ((n - 232) * 10)),
                };
            case [2, var red, var green, var blue, ..]:
                used = 4;
                return Nearest(red, green, blue);
            default:
                used = codes.Length;
                return null;
        }
    }

    /// <summary>Xterm's levels of the colour cube.</summary>
    private static int Level(int step) => step == 0 ? 0 : 55 + (40 * step);

    private static byte Nearest(int red, int green, int blue)
    {
        var (best, least) = (0, long.MaxValue);
        for (var i = 0; i < Palette.Length; i++)
        {
            long r = red - (Palette[i] >> 16), g = green - ((Palette[i] >> 8) & 0xFF), b = blue - (Palette[i] & 0xFF);
            var distance = (r * r) + (g * g) + (b * b);
            if (distance < least) (best, least) = (i, distance);
        }

        return (byte)best;
    }
}
