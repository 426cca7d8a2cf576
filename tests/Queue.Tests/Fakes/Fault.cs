namespace Gateway.Queue.Tests.Fakes;

/// <summary>What goes wrong at a call.</summary>
public enum Fault
{
    /// <summary>The replica ends before the call.</summary>
    CrashBefore,

    /// <summary>The replica ends right after the call was carried out.</summary>
    CrashAfter,

    /// <summary>The call fails and was not carried out.</summary>
    ErrorBefore,

    /// <summary>The call fails and was carried out.</summary>
    ErrorAfter,

    /// <summary>A save is answered with a conflict and was carried out: somebody on the way has repeated it.</summary>
    RefusedAfter,

    /// <summary>A save fails, and is carried out later, when the replica has already looked for it in vain.</summary>
    Late,
}

/// <summary>A fault at the how-manieth (from 1) call of a name. It happens once.</summary>
internal sealed class FaultPlan(string call, int occurrence, Fault fault)
{
    private int count;

    public bool HasHappened { get; private set; }

    public Fault? At(string name)
    {
        if (name != call || ++count != occurrence) return null;
        HasHappened = true;
        return fault;
    }

    public override string ToString() => $"{fault} at {call} {occurrence}";
}
