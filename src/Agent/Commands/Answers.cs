using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Gateway.Agent.Commands;

// What the structured commands put out, as JSON text. Sizes are bytes, durations milliseconds; what the machine does not tell is absent.

internal sealed record SystemInfo(
    string Hostname, string Os, string? Kernel, string Architecture, string? Model, string? CpuModel, int CpuCount,
    long? MemoryTotalBytes, long? MemoryAvailableBytes, double? UptimeSeconds,
    double? Load1, double? Load5, double? Load15, double? TemperatureCelsius, string AgentVersion, DateTimeOffset Time);

internal sealed record DiskUsage(IReadOnlyList<DiskUsage.Disk> Disks)
{
    internal sealed record Disk(string Mount, string FileSystem, long TotalBytes, long UsedBytes, long AvailableBytes, double UsedPercent);
}

/// <param name="Total">How many processes there are; <paramref name="Processes"/> may be fewer.</param>
internal sealed record ProcessList(int Total, IReadOnlyList<ProcessList.Item> Processes)
{
    internal sealed record Item(int Pid, int? ParentPid, string Name, string? State, long MemoryBytes, double CpuSeconds);
}

internal sealed record NetworkInterfaces(IReadOnlyList<NetworkInterfaces.Link> Interfaces)
{
    internal sealed record Link(
        string Name, string Type, string Status, string? Mac, IReadOnlyList<Address> Addresses, IReadOnlyList<string> Gateways,
        IReadOnlyList<string> DnsServers, long? ReceivedBytes, long? SentBytes);

    internal sealed record Address(string Ip, int PrefixLength);
}

/// <param name="Error">Why the name has no address; absent when it has.</param>
internal sealed record DnsLookup(string Host, bool Resolved, IReadOnlyList<string> Addresses, double DurationMs, string? Error);

/// <param name="Error">Why there is no connection; absent when there is.</param>
internal sealed record TcpCheck(string Host, int Port, bool Connected, string? Address, double DurationMs, string? Error);

/// <param name="Reachable">Whether a web server answered, with whatever status.</param>
internal sealed record HttpCheck(string Url, bool Reachable, int? Status, string? Location, double DurationMs, string? Error);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SystemInfo))]
[JsonSerializable(typeof(DiskUsage))]
[JsonSerializable(typeof(ProcessList))]
[JsonSerializable(typeof(NetworkInterfaces))]
[JsonSerializable(typeof(DnsLookup))]
[JsonSerializable(typeof(TcpCheck))]
[JsonSerializable(typeof(HttpCheck))]
internal sealed partial class AnswerJson : JsonSerializerContext;

/// <summary>Writes structured answers. Text beyond ASCII goes as it is: escaped, it could grow sixfold.</summary>
internal static class Answer
{
    public static AnswerJson Types { get; } =
        new(new JsonSerializerOptions(AnswerJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static CommandOutcome Success<T>(T answer, JsonTypeInfo<T> type) =>
        CommandOutcome.Success(JsonSerializer.Serialize(answer, type));
}
