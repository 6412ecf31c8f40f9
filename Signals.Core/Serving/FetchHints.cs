namespace Signals.Core.Serving;

/// <summary>
/// Holds how many rows of each slot most reads of a plan needed lately, so that most reads need one fetch. No answer depends on
/// these hints. A read that needs more rows than the hint fetches twice as many again and again until its choice is settled, so
/// all its fetches together cost at most a few times the last one. A hint that is too high, however, costs every read. The hint
/// therefore follows the common case. It grows only while enough reads, of different users, had to fetch again, and at most by a
/// factor of two. When one more fetch was enough for such reads, a quarter of all reads is enough to raise the hint, because that
/// settles them. When they need far more, half of all reads is required, so that a minority never makes the others fetch a
/// multiple.
/// </summary>
/// <remarks>Thread contract: any thread, without locks. A lost update costs one read a second fetch.</remarks>
internal sealed class FetchHints(int[] least)
{
    private const int Share = 8;

    /// <summary>
    /// What a read that fetched again once adds to the balance. A read that did not fetch again takes one away, so the balance
    /// grows when 1 read in 4 fetches again.
    /// </summary>
    private const int DeepGain = 3;

    /// <summary>
    /// What a read that fetched again more than once adds to the balance. The balance grows when every second read does.
    /// </summary>
    private const int FarGain = 1;

    private const int Convincing = 24;
    private const int SpentByLesson = 12;

    private readonly int[] _rows = (int[])least.Clone();
    private int _balance;
    private ulong _lastDeepUser;

    /// <summary>Writes how many rows of each slot to ask for first.</summary>
    public void CopyTo(Span<int> rows)
    {
        for (int slot = 0; slot < _rows.Length; slot++)
        {
            rows[slot] = Volatile.Read(ref _rows[slot]);
        }
    }

    /// <summary>Counts reads for which the hint was enough.</summary>
    public void LearnEnough(int reads)
    {
        int balance = Volatile.Read(ref _balance);
        if (balance > 0)
        {
            Volatile.Write(ref _balance, Math.Max(0, balance - reads));
        }
    }

    /// <summary>
    /// Counts a read that had to fetch again. True when there are so many of them that the hint should be raised to what this
    /// read needed.
    /// </summary>
    /// <param name="user">
    /// The hash of the read's user. A read of the same user as the last one counted here does not count, because it says nothing
    /// about other users.
    /// </param>
    /// <param name="isFar">Whether the read needed more than twice the hint.</param>
    public bool LearnDeep(ulong user, bool isFar)
    {
        if (Interlocked.Exchange(ref _lastDeepUser, user) == user)
        {
            return false;
        }

        int balance = Volatile.Read(ref _balance) + (isFar ? FarGain : DeepGain);
        bool isConvincing = balance >= Convincing;
        Volatile.Write(ref _balance, isConvincing ? balance - SpentByLesson : balance);
        return isConvincing;
    }

    /// <summary>Raises a slot's hint to what a read needed, but at most to twice the present hint.</summary>
    public void Raise(int slot, int rows)
    {
        int held = Volatile.Read(ref _rows[slot]);
        if (rows > held)
        {
            Volatile.Write(ref _rows[slot], (int)Math.Min(rows, 2L * Math.Max(1, held)));
        }
    }

    /// <summary>Lowers a slot's hint a little towards what a read needed.</summary>
    public void Lower(int slot, int rows)
    {
        int held = Volatile.Read(ref _rows[slot]);
        int wanted = Math.Max(rows, least[slot]);
        int next = wanted >= held ? held : held - Math.Max(1, (held - wanted) / Share);
        if (next != held)
        {
            Volatile.Write(ref _rows[slot], next);
        }
    }
}
