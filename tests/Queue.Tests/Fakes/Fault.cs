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

    /// <summary>A call fails, and is carried out later, when the replica has already looked for it in vain.</summary>
    Late,

    /// <summary>The replica ends, and the call is carried out later.</summary>
    CrashLate,

    /// <summary>A call about several documents fails, and was carried out for the first half of them.</summary>
    Half,
}

/// <summary>Says what goes wrong.</summary>
internal interface IFaults
{
    /// <summary>What goes wrong at the next call of a name; null: nothing.</summary>
    Fault? At(string name);
}

/// <summary>A fault at the how-manieth (from 1) call of a name. It happens once.</summary>
internal sealed class FaultPlan(string call, int occurrence, Fault fault) : IFaults
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

/// <summary>Faults at random calls: the same seed, the same faults.</summary>
internal sealed class FaultRain(int seed, double rate, params Fault[] kinds) : IFaults
{
    private readonly Dictionary<string, int> counts = [];

    public Fault? At(string name)
    {
        // A replica that has crashed may still try something while the next one is at work.
        int count;
        lock (counts) count = counts[name] = counts.GetValueOrDefault(name) + 1;

        // Calls of different names may change places from run to run (a deletion waits for nobody): each name has its own chance.
        var random = new Random((seed * 7_919) + (count * 104_729) + name.Sum(letter => letter));
        if (random.NextDouble() >= rate) return null;
        var fault = kinds[random.Next(kinds.Length)];
        return Fits(fault, name) ? fault : null;
    }

    /// <summary>Which calls a fault can happen to.</summary>
    public static bool Fits(Fault fault, string name) => fault switch
    {
        Fault.RefusedAfter => name == "save",
        Fault.Late or Fault.CrashLate => name is "save" or "write" or "history",
        Fault.Half => name is "write" or "delete",
        _ => true,
    };
}
