namespace Dapr;

/// <summary>Options of <c>UseCloudEvents</c>.</summary>
public class CloudEventsMiddlewareOptions
{
    /// <summary>Whether data that is a JSON string of a type that is not JSON stays a JSON string; false by default: it becomes its text.</summary>
    public bool SuppressJsonDecodingOfTextPayloads { get; set; }
}
