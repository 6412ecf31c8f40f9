namespace Signals;

/// <summary>What an acknowledged append survives. Set on the store and stated on every acknowledgement.</summary>
public enum Durability : byte
{
    /// <summary>
    /// An append is acknowledged once readers can see it. Nothing is promised: it does not survive the end of the process.
    /// </summary>
    InMemory = 0,

    /// <summary>
    /// An append is acknowledged once it was written to the operating system. It survives the death of the process. A power cut
    /// may lose the newest events, none older than the sync interval, and never leaves a hole.
    /// </summary>
    Buffered = 1,

    /// <summary>
    /// An append is acknowledged once it was synced to the device. It survives a kill, a crash of the operating system and a
    /// power cut.
    /// </summary>
    Synced = 2,
}
