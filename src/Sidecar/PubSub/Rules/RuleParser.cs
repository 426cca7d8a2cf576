namespace Gateway.Sidecar.PubSub.Rules;

/// <summary>Reads a routing rule: or, and, comparison, not, value, each binding tighter than the one before.</summary>
internal sealed class RuleParser
{
    private const int DeepestNesting = 64;

    private readonly RuleLexer lexer;
    private RuleToken current;
    private int depth;

    public RuleParser(string source)
    {
        lexer = new RuleLexer(source);
        current = lexer.Next();
    }

    public RuleExpression Parse()
    {
        RuleExpression expression = Or();
        return current.Kind == RuleTokenKind.End ? expression : throw Unexpected();
    }

    private RuleExpression Or()
    {
        if (++depth > DeepestNesting) throw new RuleException("the rule is nested too deeply");
        RuleExpression left = And();
        while (Take("||")) left = new RuleExpression.Both(left, And(), decisive: true);
        depth--;
        return left;
    }

    private RuleExpression And()
    {
        RuleExpression left = Comparison();
        while (Take("&&")) left = new RuleExpression.Both(left, Comparison(), decisive: false);
        return left;
    }

    private RuleExpression Comparison()
    {
        RuleExpression left = Unary();
        if (current.Kind != RuleTokenKind.Symbol || current.Text is not ("==" or "!=" or "<" or "<=" or ">" or ">=")) return left;
        string comparison = current.Text;
        current = lexer.Next();
        return new RuleExpression.Compare(left, comparison, Unary());
    }

    private RuleExpression Unary()
    {
        bool negated = false;
        bool any = false;
        while (Take("!"))
        {
            negated = !negated;
            any = true;
        }

        RuleExpression value = Value();
        if (!any) return value;
        // Twice not is a value that must be true or false, too.
        return negated ? new RuleExpression.Not(value) : new RuleExpression.Not(new RuleExpression.Not(value));
    }

    private RuleExpression Value()
    {
        RuleToken token = current;
        current = lexer.Next();
        switch (token)
        {
            case { Kind: RuleTokenKind.Text }:
                return new RuleExpression.Literal(token.Text);
            case { Kind: RuleTokenKind.Number }:
                return new RuleExpression.Literal(token.Number);
            case { Kind: RuleTokenKind.Symbol, Text: "-" } when current.Kind == RuleTokenKind.Number:
                RuleToken number = current;
                current = lexer.Next();
                return new RuleExpression.Literal(-number.Number);
            case { Kind: RuleTokenKind.Symbol, Text: "(" }:
                RuleExpression inner = Or();
                Expect(")");
                return inner;
            case { Kind: RuleTokenKind.Name }:
                return Named(token);
            default:
                throw Unexpected(token);
        }
    }

    private RuleExpression Named(RuleToken token)
    {
        switch (token.Text)
        {
            case "true":
                return new RuleExpression.Literal(true);
            case "false":
                return new RuleExpression.Literal(false);
            case "null":
                return new RuleExpression.Literal(null);
            case "event":
                return Member();
            case "has":
                Expect("(");
                if (current is not { Kind: RuleTokenKind.Name, Text: "event" }) throw Unexpected();
                current = lexer.Next();
                RuleExpression existence = Member().Existence();
                Expect(")");
                return existence;
            case "int":
                Expect("(");
                RuleExpression number = Or();
                Expect(")");
                return new RuleExpression.ToInteger(number);
            default:
                throw Unexpected(token);
        }
    }

    private RuleExpression.Member Member()
    {
        List<string> path = [];
        while (Take("."))
        {
            if (current.Kind != RuleTokenKind.Name) throw Unexpected();
            path.Add(current.Text);
            current = lexer.Next();
        }

        return new RuleExpression.Member(path);
    }

    private bool Take(string symbol)
    {
        if (current.Kind != RuleTokenKind.Symbol || current.Text != symbol) return false;
        current = lexer.Next();
        return true;
    }

    private void Expect(string symbol)
    {
        if (!Take(symbol)) throw new RuleException($"'{symbol}' is missing at position {current.Position}");
    }

    private RuleException Unexpected() => Unexpected(current);

    private static RuleException Unexpected(RuleToken token) =>
        new($"'{token.Text}' at position {token.Position} is not known to this sidecar");
}
