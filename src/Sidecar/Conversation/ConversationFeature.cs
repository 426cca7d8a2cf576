using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Sidecar.Components;
using Gateway.Sidecar.Conversation.Echo;
using Gateway.Sidecar.Conversation.OpenAi;
using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Json;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.Conversation;

/// <summary>
/// Conversations with language models (https://docs.dapr.io/reference/api/conversation_api/), in both versions of the API:
/// <c>conversation.echo</c> and <c>conversation.openai</c>.
/// </summary>
internal sealed class ConversationFeature(SidecarContext context) : ISidecarFeature
{
    private readonly Dictionary<string, IConversation> models = new(StringComparer.Ordinal);

    public ValueTask<IReadOnlyList<string>?> AddComponentAsync(ComponentSpec component, CancellationToken cancellationToken)
    {
        IConversation? model = (component.Type, component.Version) switch
        {
            ("conversation.echo", "v1") => new EchoConversation(),
            ("conversation.openai", "v1") => new OpenAiConversation(OpenAiSettings.Of(component)),
            _ => null,
        };
        if (model is null) return ValueTask.FromResult<IReadOnlyList<string>?>(null);
        models.Add(component.Name, model);
        return ValueTask.FromResult<IReadOnlyList<string>?>([]);
    }

    public void Map(SidecarRoutes routes)
    {
        routes.Map("POST", "/v1.0-alpha1/conversation/{name}/converse", (http, route) => ConverseAsync(http, route["name"], Alpha1.Read, Alpha1.Write));
        routes.Map("POST", "/v1.0-alpha2/conversation/{name}/converse", (http, route) => ConverseAsync(http, route["name"], Alpha2.Read, Alpha2.Write));
    }

    private async Task ConverseAsync(
        HttpContext http, string name, Func<ProtoJson, ConversationRequest> read, Func<ProtoJson, ConversationAnswer, JsonObject> write)
    {
        if (await http.ReadBodyAsync(context.Options.MaxBodySize) is not { } body)
        {
            await DaprError.Malformed("failed deserializing HTTP body: " + HttpExchange.TooLarge).WriteAsync(http);
            return;
        }

        try
        {
            ProtoJson message = ProtoJson.Parse(body);
            // Read before the model is looked for: what is no request is told first.
            bool anyInputs = message.List("inputs").Any();
            if (!models.TryGetValue(name, out IConversation? model))
            {
                await new DaprError(400, "ERR_CONVERSATION_NOT_FOUND", $"failed finding conversation component {name}").WriteAsync(http);
                return;
            }

            if (!anyInputs)
            {
                await Failed(400, "ERR_CONVERSATION_MISSING_INPUTS", name, "missing inputs in request").WriteAsync(http);
                return;
            }

            ConversationAnswer answer = await model.ConverseAsync(read(message), http.RequestAborted);
            await http.WriteJsonAsync(JsonSerializer.SerializeToUtf8Bytes(write(message, answer), ProtoJson.Plain));
        }
        catch (ProtoJsonException error)
        {
            await DaprError.Malformed("failed deserializing HTTP body: " + error.Message).WriteAsync(http);
        }
        catch (InvalidParametersException error)
        {
            await Failed(400, "ERR_CONVERSATION_INVALID_PARMS", name, error.Message).WriteAsync(http);
        }
        catch (ConversationException error)
        {
            await Failed(500, "ERR_CONVERSATION_INVOKE", name, error.Message).WriteAsync(http);
        }
    }

    private static DaprError Failed(int status, string code, string name, string reason) =>
        new(status, code, $"failed conversing with component {name}: {reason}");
}
