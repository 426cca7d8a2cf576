namespace Gateway.Agent.Metrics;

/// <summary>The space of one file system.</summary>
/// <param name="AvailableBytes">What a program without special rights can still write.</param>
internal readonly record struct DiskSpace(long TotalBytes, long UsedBytes, long AvailableBytes)
{
    /// <summary>As df(1) counts it: what only root may write is neither used nor available.</summary>
    public double UsedPercent => Percentage.Of(UsedBytes, UsedBytes + AvailableBytes);

    /// <summary>The space of the file system that holds the system, or null when it does not tell.</summary>
    public static DiskSpace? OfRoot() => Of(new DriveInfo(Path.GetPathRoot(AppContext.BaseDirectory)!));

    public static DiskSpace? Of(DriveInfo drive)
    {
        try
        {
            return new DiskSpace(drive.TotalSize, drive.TotalSize - drive.TotalFreeSpace, drive.AvailableFreeSpace);
        }
        catch (Exception untold) when (untold is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
