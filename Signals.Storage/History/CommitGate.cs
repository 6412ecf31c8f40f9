using Signals.Core.Model;

namespace Signals.Storage.History;

/// <summary>
/// Tells a read whether it saw exactly a user's rows of the commits up to a position, while the ingest thread goes on applying
/// others (<c>docs/decisions/0009-retained-versions-and-receipts.md</c>).
/// </summary>
/// <remarks>
/// Thread contract: one thread applies; any number of threads read. A read takes no lock unless commits with rows of the same
/// users interfered twice. Then readers and the applying thread take tickets, which are served in order. Invariant: a commit is
/// half applied exactly while the sequence is odd; it is commit number (sequence + 1) / 2. Lifetime: that of the store.
/// </remarks>
internal sealed class CommitGate
{
    private const int Remembered = 16;

    private readonly TouchedUsers[] _touched = [.. Enumerable.Range(0, Remembered).Select(_ => new TouchedUsers())];
    private long _sequence;
    private long _position; // a stream position
    private long _underWay; // a stream position
    private long _nextTicket;
    private long _served;
    private Exception? _broken;

    /// <summary>Stream position after the last commit that is completely applied.</summary>
    public StreamPosition Position => new(Volatile.Read(ref _position));

    /// <summary>Stream position after the commit that is being applied, or after the last one.</summary>
    public StreamPosition UnderWay => new(Volatile.Read(ref _underWay));

    /// <summary>
    /// Sets the position at which a recovered store goes on. It must be called before any other thread uses the gate.
    /// </summary>
    public void Start(StreamPosition position) => _position = _underWay = position.Value;

    /// <summary>Begins to apply the commit that ends at a position.</summary>
    public void BeginApply(StreamPosition end)
    {
        TakeTicket();
        Volatile.Write(ref _underWay, end.Value);
        TouchedBy((_sequence >> 1) + 1).Clear();

        // A full fence: no row of the commit is visible before the odd sequence is.
        Interlocked.Increment(ref _sequence);
    }

    /// <summary>Notes that the commit has rows of a user, before the first of them is published.</summary>
    public void AddUser(ulong userHash) => TouchedBy((_sequence + 1) >> 1).Add(userHash);

    /// <summary>Notes that the commit changes more than rows, before the change takes effect.</summary>
    public void AddEveryone() => TouchedBy((_sequence + 1) >> 1).AddEveryone();

    /// <summary>Ends the commit: all of it is visible.</summary>
    public void EndApply()
    {
        Volatile.Write(ref _position, _underWay);
        Volatile.Write(ref _sequence, _sequence + 1);
        PassTicket();
    }

    /// <summary>Ends the commit half applied, for good. No read of its users is exact from then on.</summary>
    public void Break(Exception error)
    {
        Volatile.Write(ref _broken, error);
        PassTicket();
    }

    /// <summary>Begins a read of the commits up to a position. The read may turn out not to be exact.</summary>
    public void StartRead(out long sequence, out StreamPosition position)
    {
        do
        {
            sequence = Volatile.Read(ref _sequence);
            position = Position;
        }
        while (Volatile.Read(ref _sequence) != sequence);
    }

    /// <summary>
    /// Whether the rows of a user that were read since <see cref="StartRead"/> end exactly at its position. They do if no later
    /// commit, and none that was being applied, has shown a row of the user.
    /// </summary>
    public bool IsExact(long sequence, ulong userHash)
    {
        // Everything that was read must have been read before this check.
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

        // The record of the first of these commits is reused once as many later commits ended as are remembered. That must not
        // have happened before this check.
        Interlocked.MemoryBarrier();
        return last < first || Volatile.Read(ref _sequence) < 2 * (first + Remembered - 1);
    }

    /// <summary>
    /// Waits for the commit that is being applied, then holds ingest back between two commits until <see cref="EndRead"/>.
    /// </summary>
    /// <returns>The position at which the read ends.</returns>
    /// <exception cref="StorePoisonedException">A commit failed while it was half applied.</exception>
    public StreamPosition BeginRead()
    {
        TakeTicket();
        if (Volatile.Read(ref _broken) is { } error)
        {
            PassTicket();
            throw new StorePoisonedException(error);
        }

        return new StreamPosition(_position);
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
