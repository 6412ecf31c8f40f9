namespace Signals.Storage.History;

/// <summary>
/// The users that have rows in a commit, as one bit for each of 65,536 classes of users. If a user's bit is not set, the commit
/// has no row of that user.
/// </summary>
/// <remarks>
/// Thread contract: the ingest thread writes while any thread reads. A bit is set before a row of its users is published, so a
/// reader that saw the row sees the bit.
/// </remarks>
internal sealed class TouchedUsers
{
    private const int Bits = 1 << 16;

    private readonly ulong[] _words = new ulong[Bits / 64];
    private bool _isEveryone;

    public void Clear()
    {
        Array.Clear(_words);
        Volatile.Write(ref _isEveryone, false);
    }

    public void Add(ulong userHash) => _words[WordOf(userHash)] |= 1UL << (int)(userHash & 63);

    /// <summary>Notes that the commit changes more than rows.</summary>
    public void AddEveryone() => Volatile.Write(ref _isEveryone, true);

    public bool MayHold(ulong userHash) =>
        Volatile.Read(ref _isEveryone) || (Volatile.Read(ref _words[WordOf(userHash)]) >> (int)(userHash & 63) & 1) != 0;

    private static int WordOf(ulong userHash) => (int)(userHash >> 6) & ((Bits / 64) - 1);
}
