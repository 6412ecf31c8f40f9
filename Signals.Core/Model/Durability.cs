namespace Signals.Core.Model;

/// <summary>What an acknowledged append survives. Set on the store and stated on every acknowledgement.</summary>
public enum Durability : byte
{
    /// <summary>Acknowledged once readers can see it. Survives nothing; no promise.</summary>
    InMemory = 0,

    /// <summary>
    /// Acknowledged once written to the operating system. Survives the death of the process; a power cut may lose the newest events,
    /// no older than the sync interval, and never leaves a hole.
    /// </summary>
    Buffered = 1,

    /// <summary>Acknowledged once synced to the device. Survives a kill, a crash of the operating system and a power cut.</summary>
    Synced = 2,
}
