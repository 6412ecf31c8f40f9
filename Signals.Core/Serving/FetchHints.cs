namespace Signals.Core.Serving;

/// <summary>
/// How many rows of each slot most reads of a plan needed lately, so that most reads fetch once. No answer depends on it. A read that
/// needed more than the hint fetches twice as many until it is settled, so all its fetches together cost at most a few times the last;
/// a hint that is too great costs every read of everybody. So the hint follows what is common: it grows only while enough reads, of different
/// users, had to fetch again, and by a factor of two at most. A quarter is enough where one more fetch did, because that settles them; where
/// they need far more it takes half, so that a minority never makes the others fetch a multiple.
/// </summary>
/// <remarks>Thread contract: any thread, without locks; a lost update costs a read a second fetch.</remarks>
internal sealed class FetchHints(int[] least)
{
    private const int Share = 8;

    /// <summary>What a read that fetched again once adds to the balance; one that did not takes one away. The balance grows where 1 in 4 does.</summary>
    private const int DeepGain = 3;

    /// <summary>What a read adds that fetched again more than once. The balance grows where every second one does.</summary>
    private const int FarGain = 1;

    private const int Convincing = 24;
    private const int SpentByLesson = 12;

    private readonly int[] _rows = (int[])least.Clone();
    private int _balance;
    private ulong _lastDeepUser;

    /// <summary>Writes for each slot how many rows to ask for first.</summary>
    public void CopyTo(Span<int> rows)
    {
        for (int slot = 0; slot < _rows.Length; slot++)
        {
            rows[slot] = Volatile.Read(ref _rows[slot]);
        }
    }

    /// <summary>Notes reads for which the hint was enough.</summary>
    public void NoteEnough(int reads)
    {
        int balance = Volatile.Read(ref _balance);
        if (balance > 0)
        {
            Volatile.Write(ref _balance, Math.Max(0, balance - reads));
        }
    }

    /// <summary>Notes a read that had to fetch again; true when so many do that the hint is to be raised to what this one needed.</summary>
    /// <param name="user">The hash of its user: one who is read over and over says nothing of the others.</param>
    /// <param name="isFar">Whether it needed more than twice the hint.</param>
    public bool NoteDeep(ulong user, bool isFar)
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

    /// <summary>Raises a slot's hint to what a read needed, or to twice what it is.</summary>
    public void Raise(int slot, int rows)
    {
        int held = Volatile.Read(ref _rows[slot]);
        if (rows > held)
        {
            Volatile.Write(ref _rows[slot], (int)Math.Min(rows, 2L * Math.Max(1, held)));
        }
    }

    /// <summary>Moves a slot's hint down towards what a read needed.</summary>
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
