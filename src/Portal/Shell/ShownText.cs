using System.Globalization;
using System.Text;

namespace Gateway.Portal.Shell;

/// <summary>Texts of others, shown so that they cannot look like something else: what is invisible or turns the writing's direction is made visible.</summary>
internal static class ShownText
{
    /// <summary>A name: characters that turn its direction for good are shown as their code; what scripts need (joiners, marks) stays.</summary>
    public static string Name(string text) => Show(text, rune => rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069));

    /// <summary>JSON that a decision is about: everything that is not seen is shown as its escape, which stands for the same value.</summary>
    public static string Exact(string json) => Show(json, rune => rune.Value > 0x7E && (IsBlank(rune.Value) || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Format or UnicodeCategory.Control or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned));

    /// <summary>Letters and marks that draw nothing (Unicode's Default_Ignorable_Code_Point beyond the format characters), and the empty braille pattern.</summary>
    private static bool IsBlank(int code) => code is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x2800 or 0x3164
        or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0 or (>= 0xE0100 and <= 0xE01EF);

    private static string Show(string text, Func<Rune, bool> isHidden)
    {
        StringBuilder? shown = null;
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (isHidden(rune))
            {
                shown ??= new StringBuilder(text, 0, at, text.Length + 16);
                foreach (var unit in rune.ToString()) shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            }
            else
            {
                shown?.Append(text.AsSpan(at, rune.Utf16SequenceLength));
            }

            at += rune.Utf16SequenceLength;
        }

        return shown?.ToString() ?? text;
    }
}
