namespace Dapr.AspNetCore;

/// <summary>The CloudEvent around an event of a bulk message, of which only the common attributes are read.</summary>
public class BulkMessageModel<TValue>
{
    /// <summary>For the JSON reader.</summary>
    public BulkMessageModel()
    {
    }

    /// <summary>Makes the event.</summary>
    public BulkMessageModel(string id, string source, string type, string specversion, string datacontenttype, TValue data)
    {
        Id = id;
        Source = source;
        Type = type;
        Specversion = specversion;
        Datacontenttype = datacontenttype;
        Data = data;
    }

    /// <summary>The event's id.</summary>
    public string Id { get; set; } = string.Empty;

    /// <summary>Who published it: an app id.</summary>
    public string Source { get; set; } = string.Empty;

    /// <summary>Its type.</summary>
    public string Type { get; set; } = string.Empty;

    /// <summary>The CloudEvents version, <c>1.0</c>.</summary>
    public string Specversion { get; set; } = string.Empty;

    /// <summary>The content type of the data.</summary>
    public string Datacontenttype { get; set; } = string.Empty;

    /// <summary>The data.</summary>
    public TValue Data { get; set; } = default!;
}
