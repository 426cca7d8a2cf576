using System.Globalization;
using System.Text;

namespace Gateway.Sidecar.PubSub.Rules;

internal enum RuleTokenKind
{
    End,
    Symbol,
    Name,
    Text,
    Number,
}

internal readonly record struct RuleToken(RuleTokenKind Kind, string Text, double Number, int Position);

/// <summary>Cuts a routing rule into tokens.</summary>
internal sealed class RuleLexer(string source)
{
    private static readonly string[] Symbols = ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "(", ")", ".", "-"];
    private int position;

    public RuleToken Next()
    {
        while (position < source.Length && char.IsWhiteSpace(source[position])) position++;
        int start = position;
        if (start == source.Length) return new RuleToken(RuleTokenKind.End, "the end", 0, start);
        char first = source[start];
        if (char.IsAsciiLetter(first) || first == '_') return Word(start);
        if (char.IsAsciiDigit(first)) return Number(start);
        if (first is '"' or '\'') return Text(start, first);
        foreach (string symbol in Symbols)
        {
            if (string.CompareOrdinal(source, start, symbol, 0, symbol.Length) != 0) continue;
            position += symbol.Length;
            return new RuleToken(RuleTokenKind.Symbol, symbol, 0, start);
        }

        throw new RuleException($"'{first}' at position {start} is not known to this sidecar");
    }

    private RuleToken Word(int start)
    {
        while (position < source.Length && (char.IsAsciiLetterOrDigit(source[position]) || source[position] == '_')) position++;
        return new RuleToken(RuleTokenKind.Name, source[start..position], 0, start);
    }

    private RuleToken Number(int start)
    {
        while (position < source.Length && (char.IsAsciiDigit(source[position]) || source[position] == '.')) position++;
        string text = source[start..position];
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            ? new RuleToken(RuleTokenKind.Number, text, number, start)
            : throw new RuleException($"'{text}' at position {start} is no number");
    }

    private RuleToken Text(int start, char quote)
    {
        var text = new StringBuilder();
        for (position = start + 1; position < source.Length; position++)
        {
            char current = source[position];
            if (current == quote)
            {
                position++;
                return new RuleToken(RuleTokenKind.Text, text.ToString(), 0, start);
            }

            if (current != '\\')
            {
                text.Append(current);
                continue;
            }

            if (++position == source.Length) break;
            text.Append(source[position] switch
            {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '\\' or '"' or '\'' => source[position],
                var other => throw new RuleException($"the escape '\\{other}' at position {position} is not known to this sidecar"),
            });
        }

        throw new RuleException($"the text at position {start} has no end");
    }
}
