namespace Dapr.Actors.Runtime;

/// <summary>What an actor implements to take reminders.</summary>
public interface IRemindable
{
    /// <summary>A reminder fired. It may fire late or twice.</summary>
    /// <param name="reminderName">Its name.</param>
    /// <param name="state">What it was registered with; empty when that was nothing.</param>
    /// <param name="dueTime">Its due time as the sidecar tells it; daprd 1.18 tells -1 ms.</param>
    /// <param name="period">Its period as the sidecar tells it; daprd 1.18 tells -1 ms.</param>
    Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period);
}
