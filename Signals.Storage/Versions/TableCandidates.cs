using System.Numerics;
using Signals.Storage.Tables;

namespace Signals.Storage.Versions;

/// <summary>
/// Enumerates the tables of an event type that may have a user, newest first. It touches no other table. Owned by one read.
/// </summary>
internal struct TableCandidates
{
    private readonly FilterGroup[] _groups;
    private readonly ulong _hash;
    private int _group;
    private ulong _left;

    /// <summary>Starts before the first candidate of a user.</summary>
    /// <param name="groups">The groups of the event type.</param>
    /// <param name="hash">The hash of the user.</param>
    public TableCandidates(FilterGroup[] groups, ulong hash)
    {
        _groups = groups;
        _hash = hash;
        _group = -1;
    }

    /// <summary>The number of words of groups that were read so far.</summary>
    public int Words { get; private set; }

    /// <summary>Returns the next table whose newest time is at or after this time. Each table is returned once.</summary>
    public bool TryNext(long time, out Table table)
    {
        while (_left == 0)
        {
            if (_groups is null || _group + 1 >= _groups.Length || _groups[_group + 1].MaxTime < time)
            {
                table = null!;
                return false;
            }

            _left = _groups[++_group].Candidates(_hash, out int words);
            Words += words;
        }

        table = _groups[_group].Tables[BitOperations.TrailingZeroCount(_left)];
        if (table.Meta.MaxTime < time)
        {
            return false;
        }

        _left &= _left - 1;
        return true;
    }
}
