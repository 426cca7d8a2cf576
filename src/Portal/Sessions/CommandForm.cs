using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Portal.Api;

namespace Gateway.Portal.Sessions;

/// <summary>
/// The form that makes a command: one of the agent's, asked for field by field, or any type with its parameters as JSON. What it makes has
/// the same idempotency key until it was accepted, so that pressing twice sends once.
/// </summary>
public sealed class CommandForm
{
    /// <summary>What stands for "any other type" among the choices.</summary>
    public const string Free = "";

    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);
    /// <summary>The chosen command's name, or <see cref="Free"/>.</summary>
    public string Choice { get; private set; } = AgentCommands.All[0].Name;

    /// <summary>The chosen command; null: any other type.</summary>
    internal AgentCommand? Command => AgentCommands.Find(Choice);

    /// <summary>The type, when any is sent.</summary>
    public string FreeType { get; set; } = "";

    /// <summary>The parameters as JSON, when any type is sent.</summary>
    public string FreeParameters { get; set; } = "{\n}";

    /// <summary>The idempotency key of what is made.</summary>
    public string Key { get; private set; } = NewKey();

    /// <summary>0 (last) to 9 (first).</summary>
    public int Priority { get; set; } = 5;

    /// <summary>Whether a person must approve it; null: as its session has it.</summary>
    public bool? RequiresApproval { get; set; }

    /// <summary>What is wrong, by field name; <c>type</c> and <c>parameters</c> for any other type.</summary>
    public IReadOnlyDictionary<string, string> Errors { get; private set; } = new Dictionary<string, string>();

    /// <summary>A field's text.</summary>
    internal string this[CommandField field]
    {
        get => values.GetValueOrDefault(NameOf(field), field.Default ?? "");
        set => values[NameOf(field)] = value;
    }

    /// <summary>Chooses a command.</summary>
    public void Choose(string name)
    {
        Choice = name;
        Errors = new Dictionary<string, string>();
    }

    /// <summary>The command was accepted: the next one is another, even with the same content.</summary>
    public void Accepted() => Key = NewKey();

    /// <summary>What is to be sent; null: something is wrong, which <see cref="Errors"/> tells.</summary>
    public NewCommand? Make() => Content() is var (type, parameters) ? new NewCommand(type, parameters, Priority, RequiresApproval, null, Key) : null;

    /// <summary>What is to be done alone, by the same rules.</summary>
    public (string Type, JsonElement? Parameters)? Content()
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        var (type, parameters) = Command is { } command ? (command.Name, Read(command, errors)) : (FreeType.Trim(), ReadFree(errors));
        Errors = errors;
        return errors.Count > 0 ? null : (type, parameters);
    }

    private static string NewKey() => $"portal-{Guid.NewGuid():N}";

    private string NameOf(CommandField field) => $"{Choice}/{field.Name}";

    private JsonElement? Read(AgentCommand command, Dictionary<string, string> errors)
    {
        var parameters = new JsonObject();
        foreach (var field in command.Fields)
        {
            var text = this[field].Trim();
            if (text.Length == 0)
            {
                if (field.IsRequired) errors[field.Name] = "This is needed.";
                continue;
            }

            // What the agent would take anyway is left to it.
            if (text == field.Default) continue;
            switch (field.Kind)
            {
                case FieldKind.Number when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    && number >= field.Min && number <= field.Max:
                    parameters[field.Name] = number;
                    break;
                case FieldKind.Number:
                    errors[field.Name] = string.Create(CultureInfo.InvariantCulture, $"A whole number from {field.Min} to {field.Max}.");
                    break;
                case FieldKind.Lines:
                    var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                    if (lines.Length > field.Max) errors[field.Name] = string.Create(CultureInfo.InvariantCulture, $"At most {field.Max} lines.");
                    else parameters[field.Name] = new JsonArray([.. lines.Select(line => (JsonNode)line)]);
                    break;
                default:
                    parameters[field.Name] = text;
                    break;
            }
        }

        return parameters.Count == 0 ? null : JsonSerializer.SerializeToElement(parameters);
    }

    private JsonElement? ReadFree(Dictionary<string, string> errors)
    {
        var type = FreeType.Trim();
        if (type.Length is 0 or > 64 || type.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')))
            errors["type"] = "A type has 1 to 64 letters, digits, dots, dashes and underscores.";
        if (string.IsNullOrWhiteSpace(FreeParameters)) return null;
        try
        {
            return JsonElement.Parse(FreeParameters);
        }
        catch (JsonException problem)
        {
            errors["parameters"] = string.Create(
                CultureInfo.InvariantCulture, $"This is not JSON: look at line {problem.LineNumber + 1}, character {problem.BytePositionInLine + 1}.");
            return null;
        }
    }
}
