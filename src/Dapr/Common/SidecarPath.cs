namespace Dapr;

/// <summary>Puts names that an application chose into a sidecar path.</summary>
internal static class SidecarPath
{
    /// <summary>One path segment, escaped.</summary>
    /// <exception cref="ArgumentException">For <c>.</c> and <c>..</c>, which would name another resource however they are escaped.</exception>
    public static string Segment(string value)
    {
        if (value is "." or "..") throw new ArgumentException("'.' and '..' cannot be part of a path of the Dapr API.", nameof(value));
        return Uri.EscapeDataString(value);
    }
}
