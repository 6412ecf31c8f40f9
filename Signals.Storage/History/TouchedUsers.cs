namespace Signals.Storage.History;

/// <summary>
/// Which users a commit has rows of, as a bit for each of 65,536 classes of users: whoever finds the bit unset knows that no row of the user is of
/// this commit.
/// </summary>
/// <remarks>
/// Thread contract: the ingest thread writes, any thread reads beside it. A bit is set before a row of its users is published, so who saw the row sees
/// the bit.
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

    /// <summary>The commit is about more than rows.</summary>
    public void AddEveryone() => Volatile.Write(ref _isEveryone, true);

    public bool MayHold(ulong userHash) =>
        Volatile.Read(ref _isEveryone) || (Volatile.Read(ref _words[WordOf(userHash)]) >> (int)(userHash & 63) & 1) != 0;

    private static int WordOf(ulong userHash) => (int)(userHash >> 6) & ((Bits / 64) - 1);
}
