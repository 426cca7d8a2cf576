using System.ComponentModel.DataAnnotations;

namespace Gateway.Portal.Devices;

/// <summary>What is asked about a new device; the limits are the API's (docs/gateway-surface.md).</summary>
internal sealed class ProvisionForm
{
    /// <summary>The device's id.</summary>
    [Required(ErrorMessage = "A device needs an id.")]
    [RegularExpression(@"(?!\.+$)[A-Za-z0-9._\-]{1,128}", ErrorMessage = "An id has 1 to 128 letters, digits, dots, dashes and underscores, and not dots alone.")]
    public string? Id { get; set; }

    /// <summary>The customer's name for it.</summary>
    [StringLength(128, ErrorMessage = "A name has at most 128 characters.")]
    public string? Name { get; set; }

    /// <summary>Where it stands.</summary>
    [StringLength(256, ErrorMessage = "A location has at most 256 characters.")]
    public string? Location { get; set; }

    /// <summary>The name as it is sent.</summary>
    public string? NameOrNull => OrNull(Name);

    /// <summary>The location as it is sent.</summary>
    public string? LocationOrNull => OrNull(Location);

    private static string? OrNull(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
