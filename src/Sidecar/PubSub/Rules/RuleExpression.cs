using System.Text.Json;

namespace Gateway.Sidecar.PubSub.Rules;

/// <summary>
/// A routing rule: the part of the Common Expression Language (https://github.com/google/cel-spec) that routes by an event's
/// members: <c>event.data.field</c>, texts, numbers, <c>true</c>, <c>false</c>, <c>null</c>, comparisons, <c>&amp;&amp;</c>,
/// <c>||</c>, <c>!</c>, parentheses, <c>has(event.data.field)</c> and <c>int(…)</c>.
/// </summary>
/// <remarks>
/// As in CEL, a member that is not there is an error, and <c>&amp;&amp;</c> and <c>||</c> swallow the error of one side when the other
/// side decides. Immutable and thread-safe.
/// </remarks>
internal abstract class RuleExpression
{
    /// <summary>Reads a rule.</summary>
    /// <exception cref="RuleException">It uses something this sidecar does not know.</exception>
    public static RuleExpression Parse(string source) => new RuleParser(source).Parse();

    /// <summary>Whether an event matches.</summary>
    /// <exception cref="RuleException">The rule cannot be evaluated for this event.</exception>
    public bool Matches(JsonElement cloudEvent) =>
        Evaluate(cloudEvent) is bool matches ? matches : throw new RuleException("the rule gives neither true nor false");

    /// <summary>The value: null, a bool, a double, a string or a <see cref="JsonElement"/> (object or array).</summary>
    protected abstract object? Evaluate(JsonElement cloudEvent);

    internal sealed class Literal(object? value) : RuleExpression
    {
        protected override object? Evaluate(JsonElement cloudEvent) => value;
    }

    /// <summary><c>event.a.b</c>.</summary>
    internal sealed class Member(IReadOnlyList<string> path) : RuleExpression
    {
        /// <summary><c>has(event.a.b)</c>: the last member may be missing, those before it may not.</summary>
        public RuleExpression Existence() => path.Count > 0
            ? new Exists(path)
            : throw new RuleException("has() asks for a member, such as has(event.data.field)");

        protected override object? Evaluate(JsonElement cloudEvent) => Find(cloudEvent, path, path.Count) is { } found
            ? Value(found)
            : throw new RuleException($"no such member: event.{string.Join('.', path)}");
    }

    internal sealed class Exists(IReadOnlyList<string> path) : RuleExpression
    {
        protected override object? Evaluate(JsonElement cloudEvent) =>
            Find(cloudEvent, path, path.Count - 1) is { ValueKind: JsonValueKind.Object } parent
                ? parent.TryGetProperty(path[^1], out _)
                : throw new RuleException($"no such member: event.{string.Join('.', path.SkipLast(1))}");
    }

    internal sealed class Not(RuleExpression inner) : RuleExpression
    {
        protected override object? Evaluate(JsonElement cloudEvent) => !inner.Matches(cloudEvent);
    }

    /// <summary><c>&amp;&amp;</c>, decided by false, or <c>||</c>, decided by true.</summary>
    internal sealed class Both(RuleExpression left, RuleExpression right, bool decisive) : RuleExpression
    {
        protected override object? Evaluate(JsonElement cloudEvent)
        {
            try
            {
                if (left.Matches(cloudEvent) == decisive) return decisive;
            }
            catch (RuleException)
            {
                if (right.Matches(cloudEvent) == decisive) return decisive;
                throw;
            }

            return right.Matches(cloudEvent);
        }
    }

    internal sealed class ToInteger(RuleExpression inner) : RuleExpression
    {
        protected override object? Evaluate(JsonElement cloudEvent) => inner.Evaluate(cloudEvent) switch
        {
            double number => Math.Truncate(number),
            string text when long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out long number) => (double)number,
            _ => throw new RuleException("int() takes a number or the text of one"),
        };
    }

    internal sealed class Compare(RuleExpression left, string comparison, RuleExpression right) : RuleExpression
    {
        protected override object? Evaluate(JsonElement cloudEvent)
        {
            object? first = left.Evaluate(cloudEvent);
            object? second = right.Evaluate(cloudEvent);
            return comparison switch
            {
                "==" => AreEqual(first, second),
                "!=" => !AreEqual(first, second),
                "<" => Order(first, second) < 0,
                "<=" => Order(first, second) <= 0,
                ">" => Order(first, second) > 0,
                _ => Order(first, second) >= 0,
            };
        }

        /// <summary>Values of different types are not equal.</summary>
        private static bool AreEqual(object? first, object? second) => (first, second) switch
        {
            (JsonElement left, JsonElement right) => JsonElement.DeepEquals(left, right),
            _ => Equals(first, second),
        };

        private static int Order(object? first, object? second) => (first, second) switch
        {
            (double left, double right) => left.CompareTo(right),
            (string left, string right) => string.CompareOrdinal(left, right),
            (bool left, bool right) => left.CompareTo(right),
            _ => throw new RuleException("values of these types have no order"),
        };
    }

    private static JsonElement? Find(JsonElement cloudEvent, IReadOnlyList<string> path, int length)
    {
        JsonElement current = cloudEvent;
        for (int i = 0; i < length; i++)
        {
            if (current.ValueKind != JsonValueKind.Object || !current.TryGetProperty(path[i], out current)) return null;
        }

        return current;
    }

    private static object? Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null => null,
        _ => element,
    };
}
