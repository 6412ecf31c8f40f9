using Signals.Storage.Primitives;

namespace Signals.Storage.Scanning;

/// <summary>Where the rows of one user are, as a walk over users found them.</summary>
/// <remarks>Thread contract: one scan; used again for the next user.</remarks>
internal sealed class ScanUser
{
    private static readonly UserId Last = new(ulong.MaxValue, ulong.MaxValue);

    /// <summary>The user.</summary>
    public UserId User { get; set; }

    /// <summary>The tables with rows of the user, in no particular order.</summary>
    public PooledList<ScanRows> Tables { get; } = new();

    /// <summary>Whether a memtable, or a run of patches, may have rows of the user. Then the rows have to be merged.</summary>
    public bool IsMerged { get; set; }

    /// <summary>
    /// The table whose cursor is at the user, when no other source has a user before <see cref="End"/>; otherwise null. The scan may move
    /// the cursor on to later users that come before that end.
    /// </summary>
    public ScanTable? Alone { get; set; }

    /// <summary>The next user of another source, or the end of the scan; null when there is none. Only with <see cref="Alone"/>.</summary>
    public UserId? End { get; set; }

    /// <summary>Goes on to the next user of <see cref="Alone"/>; false when that is for the walk to find.</summary>
    public bool TryMoveOn()
    {
        if (Alone is not { } table || !table.TryMoveBefore(End ?? Last))
        {
            return false;
        }

        User = table.User;
        Tables[0] = new ScanRows(table, table.Rows);
        return true;
    }

    /// <summary>Begins anew.</summary>
    public void Reset(in UserId user)
    {
        User = user;
        Tables.Clear();
        IsMerged = false;
        Alone = null;
        End = null;
    }
}
