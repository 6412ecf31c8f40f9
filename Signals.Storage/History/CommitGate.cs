using Signals.Core.Model;

namespace Signals.Storage.History;

/// <summary>
/// Tells a read whether it saw exactly a user's rows of the commits up to a position, while the ingest thread goes on applying others
/// (<c>docs/decisions/0009-retained-versions-and-receipts.md</c>).
/// </summary>
/// <remarks>
/// Thread contract: one thread applies; any number read. Reading takes no lock unless commits with rows of the same users came between twice; then
/// whoever wants to read or apply takes a ticket, and tickets are served in order. Invariant: while the sequence is odd, and only then, a commit
/// is half applied; it is commit number (sequence + 1) / 2. Lifetime: the store's.
/// </remarks>
internal sealed class CommitGate
{
    private const int Remembered = 16;

    private readonly TouchedUsers[] _touched = [.. Enumerable.Range(0, Remembered).Select(_ => new TouchedUsers())];
    private long _sequence;
    private long _position;
    private long _underWay;
    private long _nextTicket;
    private long _served;
    private Exception? _broken;

    /// <summary>Stream position after the last commit that is wholly applied.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Stream position after the commit that is being applied, or after the last one.</summary>
    public long UnderWay => Volatile.Read(ref _underWay);

    /// <summary>Sets where a recovered store goes on; before any thread looks.</summary>
    public void Start(long position) => _position = _underWay = position;

    /// <summary>Begins to apply the commit that ends at a position.</summary>
    public void BeginApply(long end)
    {
        TakeTicket();
        Volatile.Write(ref _underWay, end);
        TouchedBy((_sequence >> 1) + 1).Clear();

        // A full fence: no row of the commit is visible before the odd sequence is.
        Interlocked.Increment(ref _sequence);
    }

    /// <summary>Says that the commit has rows of a user, before the first of them is published.</summary>
    public void Touch(ulong userHash) => TouchedBy((_sequence + 1) >> 1).Add(userHash);

    /// <summary>Says that the commit is about more than rows, before it takes effect.</summary>
    public void TouchEveryone() => TouchedBy((_sequence + 1) >> 1).AddEveryone();

    /// <summary>Ends it: the whole commit is visible.</summary>
    public void EndApply()
    {
        Volatile.Write(ref _position, _underWay);
        Volatile.Write(ref _sequence, _sequence + 1);
        PassTicket();
    }

    /// <summary>Ends it half applied, for good: no read of its users is exact any more.</summary>
    public void Break(Exception error)
    {
        Volatile.Write(ref _broken, error);
        PassTicket();
    }

    /// <summary>Begins a read of the commits up to a position, which may turn out not to be exact.</summary>
    public void StartRead(out long sequence, out long position)
    {
        do
        {
            sequence = Volatile.Read(ref _sequence);
            position = Volatile.Read(ref _position);
        }
        while (Volatile.Read(ref _sequence) != sequence);
    }

    /// <summary>
    /// Whether what was read of a user since <see cref="StartRead"/> ends exactly at its position: no commit since then, and none that was being
    /// applied, has shown a row of the user.
    /// </summary>
    public bool IsExact(long sequence, ulong userHash)
    {
        // What was read must have been read before this look.
        Interlocked.MemoryBarrier();
        long first = (sequence >> 1) + 1;
        long last = (Volatile.Read(ref _sequence) + 1) >> 1;
        for (long commit = first; commit <= last; commit++)
        {
            if (commit - first >= Remembered || TouchedBy(commit).MayHold(userHash))
            {
                return false;
            }
        }

        // The memory of the first of them is used again when as many others have ended as are remembered: not before this look, then.
        Interlocked.MemoryBarrier();
        return last < first || Volatile.Read(ref _sequence) < 2 * (first + Remembered - 1);
    }

    /// <summary>Holds ingest back between two commits until <see cref="EndRead"/>, after waiting for the one under way.</summary>
    /// <returns>The position that the read ends at.</returns>
    /// <exception cref="StorePoisonedException">A commit failed half applied.</exception>
    public long BeginRead()
    {
        TakeTicket();
        if (Volatile.Read(ref _broken) is { } error)
        {
            PassTicket();
            throw new StorePoisonedException(error);
        }

        return _position;
    }

    /// <summary>Lets ingest go on.</summary>
    public void EndRead() => PassTicket();

    private TouchedUsers TouchedBy(long commit) => _touched[commit % Remembered];

    private void TakeTicket()
    {
        long ticket = Interlocked.Increment(ref _nextTicket) - 1;
        SpinWait spin = default;
        while (Volatile.Read(ref _served) != ticket)
        {
            spin.SpinOnce();
        }
    }

    private void PassTicket() => Volatile.Write(ref _served, _served + 1);
}
