namespace Gateway.Sidecar.State.Redis;

/// <summary>The first write of a script that failed: its number, counted from 1, and Redis' error; empty where the key has another version.</summary>
internal sealed record RedisStateFailure(int Number, string Error)
{
    /// <summary>The key has another version than the one that is expected.</summary>
    public bool IsVersion => Error.Length == 0;

    /// <summary>
    /// The reason as daprd gives it. Of another version it shows what Redis 7 says of the failure of daprd's own script, so that whoever
    /// shows or compares the text sees no difference.
    /// </summary>
    public string TextFor(StateWrite write)
    {
        if (!IsVersion) return Error;
        return write.Value is null
            ? $"ERR user_script:6: failed to delete {write.Key} script: 2446db0de2c963f100727b388f03ead01d18c265, on @user_script:6."
            : $"ERR user_script:14: failed to set key {write.Key} script: d908b9553add63a82e03589b5c6d01a7654ef0f2, on @user_script:14.";
    }
}
