using Gateway.Agent.Metrics;

namespace Gateway.Agent.Commands;

/// <summary><c>disk_usage</c>, no parameters: the file systems that hold data. Output: <see cref="DiskUsage"/>.</summary>
internal sealed class DiskUsageCommand : ICommand
{
    public string Name => "disk_usage";

    public async Task<CommandOutcome> RunAsync(Parameters parameters, CancellationToken cancel)
    {
        parameters.NoMore();
        // A network file system whose server is gone blocks whoever asks: let that be a thread of its own.
        DiskUsage usage = await Task.Run(Read, cancel).WaitAsync(cancel);
        return Answer.Success(usage, Answer.Types.DiskUsage);
    }

    private static DiskUsage Read() => new([.. DriveInfo.GetDrives()
        .Where(drive => drive.DriveType is DriveType.Fixed or DriveType.Removable or DriveType.Network)
        .Select(Describe)
        .OfType<DiskUsage.Disk>()
        .Where(disk => disk.TotalBytes > 0)
        .OrderBy(disk => disk.Mount, StringComparer.Ordinal)]);

    private static DiskUsage.Disk? Describe(DriveInfo drive)
    {
        try
        {
            return DiskSpace.Of(drive) is { } space
                ? new DiskUsage.Disk(
                    drive.Name, drive.DriveFormat, space.TotalBytes, space.UsedBytes, space.AvailableBytes, space.UsedPercent)
                : null;
        }
        catch (Exception untold) when (untold is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
