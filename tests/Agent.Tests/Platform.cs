// The agent's device is a Linux machine: the tests run its real programs, signals and file modes.
[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
