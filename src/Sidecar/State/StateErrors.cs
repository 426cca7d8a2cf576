using System.Text.Json.Nodes;
using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Hosting;

namespace Gateway.Sidecar.State;

/// <summary>The errors of the state API (https://docs.dapr.io/reference/errors/error-codes/).</summary>
internal static class StateErrors
{
    /// <summary>The store is not there, or there is none at all.</summary>
    public static DaprError StoreMissing(SidecarContext context, string store, bool withAppId = true)
    {
        JsonObject? metadata = withAppId ? new JsonObject { ["appID"] = context.Options.AppId } : null;
        return context.States.Any
            ? new DaprError(400, "ERR_STATE_STORE_NOT_FOUND", $"state store {store} is not found", ErrorDetails.Info("DAPR_STATE_NOT_FOUND", metadata))
            : new DaprError(500, "ERR_STATE_STORE_NOT_CONFIGURED", $"state store {store} is not configured", ErrorDetails.Info("DAPR_STATE_NOT_CONFIGURED", metadata));
    }

    /// <summary>A key with <c>||</c> in it. In a transaction daprd does not name the field.</summary>
    public static DaprError IllegalKey(string store, string key, bool inTransaction = false)
    {
        string message = $"api error: code = InvalidArgument desc = input key/keyPrefix '{key}' can't contain '{KeyPrefix.Separator}'";
        return new DaprError(
            400, "ERR_MALFORMED_REQUEST", message,
            ErrorDetails.BadRequest(inTransaction ? null : key, message), ErrorDetails.Resource("state", store), ErrorDetails.Info("DAPR_STATE_ILLEGAL_KEY"));
    }

    /// <summary>The query API, in a store that has none.</summary>
    public static DaprError QueryUnsupported(string store) => new(
        500, "ERR_STATE_STORE_NOT_SUPPORTED", "state store does not support querying",
        ErrorDetails.Resource("state", store), ErrorDetails.Info("DAPR_STATE_QUERYING_NOT_SUPPORTED"));

    /// <summary>A store that has the query API, but not what it needs for this query.</summary>
    public static DaprError QueryFailed(string store, string reason) => new(
        500, "ERR_STATE_QUERY", $"state store {store} query failed: {reason}",
        ErrorDetails.Resource("state", store), ErrorDetails.Info("DAPR_STATE_QUERY_FAILED"));

    /// <summary>A store could not read.</summary>
    public static DaprError GetFailed(string store, string key) =>
        new(500, "ERR_STATE_GET", $"fail to get {key} from state store {store}: {StateFailure.Unavailable.Text}");

    /// <summary>A save was refused: 409 for an etag, 400 for one that is none, 500 for anything else.</summary>
    public static DaprError SaveRefused(string store, StateFailure failure) =>
        new(StatusOf(failure), "ERR_STATE_SAVE", $"failed saving state in state store {store}: {failure.Text}");

    /// <summary>A delete was refused: 409 for an etag, 400 for one that is none, 500 for anything else.</summary>
    public static DaprError DeleteRefused(string key, StateFailure failure) =>
        new(StatusOf(failure), "ERR_STATE_DELETE", $"failed deleting state with key {key}: {failure.Text}");

    /// <summary>A transaction was refused; always 500.</summary>
    public static DaprError TransactionRefused(string reason) =>
        new(500, "ERR_STATE_TRANSACTION", $"error while executing state transaction: {reason}");

    private static int StatusOf(StateFailure failure) => failure.Kind switch
    {
        StateFailureKind.EtagMismatch => 409,
        StateFailureKind.EtagInvalid => 400,
        _ => 500,
    };
}
