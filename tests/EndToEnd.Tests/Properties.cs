using System.Runtime.Versioning;

// Signals, file modes and the agent's sources of metrics are Linux's.
[assembly: SupportedOSPlatform("linux")]
